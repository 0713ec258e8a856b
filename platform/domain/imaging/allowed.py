"""The attributes that survive de-identification, by DICOM keyword, each with what it may hold.

PS3.15 table E.1-1 lists what must go; this is its opposite and does not depend on that list being
complete. Adding an attribute here is a decision about privacy: give it the narrowest form that
still serves a reader.
"""

import re


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Coded strings and the only values they may have.
CODED: dict[str, frozenset[str]] = {
    "ImageType": _words(
        "ORIGINAL DERIVED PRIMARY SECONDARY M P R I M_FFE P_FFE R_FFE M_IR R_IR MAG PHASE REAL "
        "IMAGINARY MAGNITUDE NORM DIS2D DIS3D ND RETRO CARDIAC CINE FFE IR PSIR FIL MFSPLIT NONE "
        "OTHER SE MOCO T1 T2 ECV MAP VELOCITY PCA FM RT MB"
    ),
    "Modality": frozenset({"MR"}),
    "ScanningSequence": _words("SE IR GR EP RM"),
    "SequenceVariant": _words("SK MTC SS TRSS SP MP OSP NONE"),
    "ScanOptions": _words("PER RG CG PPG FC PFF PFP SP FS CT FAST_GEMS SEQ_GEMS GATED NONE"),
    "MRAcquisitionType": frozenset({"2D", "3D"}),
    "AngioFlag": frozenset({"Y", "N"}),
    "BeatRejectionFlag": frozenset({"Y", "N"}),
    "VariableFlipAngleFlag": frozenset({"Y", "N"}),
    "InPlanePhaseEncodingDirection": frozenset({"ROW", "COL"}),
    "PatientPosition": _words("HFP HFS HFDR HFDL FFP FFS FFDR FFDL"),
    "BodyPartExamined": frozenset({"HEART", "CHEST", "THORAX"}),
    "PhotometricInterpretation": frozenset({"MONOCHROME1", "MONOCHROME2"}),
    "BurnedInAnnotation": frozenset({"NO"}),
    "LossyImageCompression": frozenset({"00", "01"}),
    "LossyImageCompressionMethod": frozenset(
        {"ISO_10918_1", "ISO_14495_1", "ISO_15444_1"}
    ),
    "RescaleType": frozenset({"US", "HU"}),
    "PresentationLUTShape": frozenset({"IDENTITY", "INVERSE"}),
    "VOILUTFunction": frozenset({"LINEAR", "LINEAR_EXACT", "SIGMOID"}),
    "ImagedNucleus": frozenset({"1H"}),
    "VolumetricProperties": frozenset({"VOLUME", "SAMPLED", "DISTORTED", "MIXED"}),
}  # fmt: skip

_WHOLE, _REAL = True, False
# Numbers: least, greatest, whether they are whole.
NUMBERS: dict[str, tuple[float, float, bool]] = {
    # Identification within the study
    "SeriesNumber": (0, 999_999, _WHOLE),
    "AcquisitionNumber": (0, 99_999, _WHOLE),
    "InstanceNumber": (0, 99_999, _WHOLE),
    "NumberOfFrames": (1, 1, _WHOLE),
    # Patient characteristics
    "PatientSize": (0.2, 2.6, _REAL),
    "PatientWeight": (0.3, 400, _REAL),
    # Geometry
    "ImagePositionPatient": (-5000, 5000, _REAL),
    "ImageOrientationPatient": (-1.01, 1.01, _REAL),
    "PixelSpacing": (1e-3, 50, _REAL),
    "SliceThickness": (0, 500, _REAL),
    "SpacingBetweenSlices": (-500, 500, _REAL),
    "SliceLocation": (-5000, 5000, _REAL),
    "InStackPositionNumber": (0, 9999, _WHOLE),
    # The cardiac cycle
    "TriggerTime": (0, 60_000, _REAL),
    "NominalCardiacTriggerDelayTime": (0, 60_000, _REAL),
    "NominalInterval": (0, 10_000, _WHOLE),
    "LowRRValue": (0, 10_000, _WHOLE),
    "HighRRValue": (0, 10_000, _WHOLE),
    "IntervalsAcquired": (0, 9999, _WHOLE),
    "IntervalsRejected": (0, 9999, _WHOLE),
    "HeartRate": (0, 400, _WHOLE),
    "CardiacNumberOfImages": (0, 9999, _WHOLE),
    "TriggerWindow": (0, 100, _WHOLE),
    "FrameTime": (0, 60_000, _REAL),
    "FrameTimeVector": (0, 60_000, _REAL),
    "TemporalPositionIdentifier": (0, 9999, _WHOLE),
    "NumberOfTemporalPositions": (0, 9999, _WHOLE),
    "TemporalResolution": (0, 1_000_000, _REAL),
    "ImagesInAcquisition": (0, 99_999, _WHOLE),
    # Acquisition
    "RepetitionTime": (0, 60_000, _REAL),
    "EchoTime": (0, 10_000, _REAL),
    "InversionTime": (0, 60_000, _REAL),
    "FlipAngle": (0, 360, _REAL),
    "EchoTrainLength": (0, 9999, _WHOLE),
    "EchoNumbers": (0, 999, _WHOLE),
    "NumberOfAverages": (0, 999, _REAL),
    "NumberOfPhaseEncodingSteps": (0, 9999, _WHOLE),
    "PercentSampling": (0, 1000, _REAL),
    "PercentPhaseFieldOfView": (0, 1000, _REAL),
    "PixelBandwidth": (0, 100_000, _REAL),
    "MagneticFieldStrength": (0, 150_000, _REAL),
    "ImagingFrequency": (0, 1000, _REAL),
    "ReconstructionDiameter": (0, 2000, _REAL),
    "AcquisitionMatrix": (0, 9999, _WHOLE),
    "SAR": (0, 100, _REAL),
    # Pixels and their display
    "SamplesPerPixel": (1, 1, _WHOLE),
    "Rows": (1, 65_535, _WHOLE),
    "Columns": (1, 65_535, _WHOLE),
    "BitsAllocated": (1, 64, _WHOLE),
    "BitsStored": (1, 64, _WHOLE),
    "HighBit": (0, 63, _WHOLE),
    "PixelRepresentation": (0, 1, _WHOLE),
    "SmallestImagePixelValue": (-32_768, 65_535, _WHOLE),
    "LargestImagePixelValue": (-32_768, 65_535, _WHOLE),
    "PixelPaddingValue": (-32_768, 65_535, _WHOLE),
    "WindowCenter": (-1e6, 1e6, _REAL),
    "WindowWidth": (0, 1e6, _REAL),
    "RescaleIntercept": (-1e6, 1e6, _REAL),
    "RescaleSlope": (-1e6, 1e6, _REAL),
    "LossyImageCompressionRatio": (0, 10_000, _REAL),
}

# Dates, shifted per patient.
DATES = ("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate")

# UIDs of this study's own objects, replaced under the key.
MAPPED_UIDS = (
    "StudyInstanceUID",
    "SeriesInstanceUID",
    "SOPInstanceUID",
    "FrameOfReferenceUID",
    "ReferencedSOPInstanceUID",
)
# UIDs registered by the standard, kept as they are.
STANDARD_UIDS = ("SOPClassUID", "ReferencedSOPClassUID")

# Sequences whose items are cleaned by the same rules.
SEQUENCES = ("ReferencedImageSequence", "SourceImageSequence")

_MANUFACTURERS = (
    ("siemens", "Siemens Healthineers"),
    ("ge medical", "GE Healthcare"),
    ("ge healthcare", "GE Healthcare"),
    ("philips", "Philips"),
    ("canon", "Canon Medical Systems"),
    ("toshiba", "Canon Medical Systems"),
    ("united imaging", "United Imaging"),
    ("uih", "United Imaging"),
    ("fujifilm", "Fujifilm"),
    ("hitachi", "Fujifilm"),
    ("cinerounds", "CineRounds phantom"),
)
_MODEL_WORDS = _words(
    "magnetom vida sola lumina aera skyra avanto prisma espree verio symphony sonata trio altea "
    "amira free.max fit signa hdx hdxt hde excite artist premier architect pioneer hero "
    "explorer voyager discovery optima mr450w mr450 mr750 mr750w mr355 mr360 achieva ingenia "
    "intera ambition elition evolution dstream dx panorama vantage titan galan orian elan "
    "umr 1.5t 3t 3.0t x cx xt mr phantom"
)


def manufacturer_name(value: str) -> str:
    """The vendor in `value` under its usual name, "" where it is none that is known."""
    lowered = value.lower()
    for mark, name in _MANUFACTURERS:
        if re.search(rf"\b{re.escape(mark)}\b", lowered):
            return name
    return ""


def model_name(value: str) -> str:
    """The words of `value` that are names of MR scanners; all others are dropped."""
    words = re.split(r"[\s_]+", value)
    return " ".join(word for word in words if word.lower() in _MODEL_WORDS)
