"""Nothing that identifies passes, wherever it is planted; what a reader needs does."""

import json

import pydicom
import pytest
from pydicom.datadict import DicomDictionary, keyword_for_tag
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import UID

from domain.errors import InputError
from domain.imaging import Deidentifier
from tests.domain.imaging.build import image, write

KEY = b"a key for tests alone, of good length"
NAME = "Zebedeus"
NUMBER = "918273645"

# A planted value for every kind of attribute; each holds NAME or NUMBER.
PLANTED = {
    "AE": NAME, "AS": "095Y", "CS": NAME.upper(), "DA": "19230417", "DS": NUMBER,
    "DT": f"2024{NUMBER[:4]}", "IS": NUMBER, "LO": NAME, "LT": NAME, "OB": NAME.encode(),
    "OW": NAME.encode(), "PN": f"{NAME}^X", "SH": NAME, "ST": NAME, "TM": "131723",
    "UC": NAME, "UI": f"1.2.{NUMBER}", "UL": int(NUMBER), "UN": NAME.encode(), "UR": NAME,
    "UT": NAME, "SL": int(NUMBER), "FL": float(NUMBER), "FD": float(NUMBER), "US": 27364,
    "OF": NAME.encode(), "OD": NAME.encode(), "OL": NAME.encode(), "OV": NAME.encode(),
    "SV": int(NUMBER), "UV": int(NUMBER), "AT": 0x00100010,
}  # fmt: skip
CINE_KEYWORDS = (
    "TriggerTime", "NominalInterval", "HeartRate", "CardiacNumberOfImages", "LowRRValue",
    "HighRRValue", "IntervalsAcquired", "ImagePositionPatient", "ImageOrientationPatient",
    "PixelSpacing", "SliceThickness", "SpacingBetweenSlices", "RescaleSlope", "RescaleIntercept",
    "WindowCenter", "WindowWidth", "RepetitionTime", "EchoTime", "FlipAngle", "InversionTime",
    "MagneticFieldStrength", "TemporalPositionIdentifier", "NumberOfTemporalPositions",
)  # fmt: skip


def planted(vr: str, tag: int) -> DataElement | None:
    value = PLANTED.get(vr.split(" or ")[0])
    return None if value is None else DataElement(tag, vr.split(" or ")[0], value)


def fill(ds: Dataset) -> int:
    """Plants a value in every public attribute that is not already there; returns how many."""
    count = 0
    for tag, (vr, _, _, retired, _) in DicomDictionary.items():
        if tag in ds or tag >> 16 in (0x0002, 0xFFFE, 0x7FE0) or retired:
            continue
        element = planted(vr, tag)
        if element is not None:
            ds.add(element)
            count += 1
    return count


def text_of(ds: Dataset) -> str:
    return json.dumps(ds.to_json_dict(suppress_invalid_tags=True)).upper()


def assert_clean(ds: Dataset) -> None:
    text = text_of(ds)
    assert NAME.upper() not in text
    assert NUMBER not in text
    assert "19230417" not in text


@pytest.fixture(scope="module")
def deidentifier() -> Deidentifier:
    return Deidentifier(KEY)


@pytest.mark.filterwarnings("ignore")
def test_identifiers_in_every_public_attribute_go(deidentifier):
    ds = image(PatientName=f"{NAME}^X", PatientID=NUMBER)
    assert fill(ds) > 2000
    ds.BurnedInAnnotation = "NO"
    assert_clean(deidentifier.dataset(ds))


@pytest.mark.filterwarnings("ignore")
def test_identifiers_nested_in_every_sequence_go(deidentifier):
    ds = image(PatientName=f"{NAME}^X", PatientID=NUMBER)
    inner = Dataset()
    fill(inner)
    outer = Dataset()
    fill(outer)
    outer.ReferencedImageSequence = Sequence([inner])
    outer.SourceImageSequence = Sequence([inner])
    count = 0
    for tag, (vr, _, _, _, _) in DicomDictionary.items():
        if vr == "SQ":
            ds.add(DataElement(tag, "SQ", Sequence([outer])))
            count += 1
    assert count > 400
    clean = deidentifier.dataset(ds)
    assert_clean(clean)
    referenced = clean.ReferencedImageSequence[0].ReferencedImageSequence[0]
    assert referenced.ReferencedSOPInstanceUID == deidentifier.uid(f"1.2.{NUMBER}")


@pytest.mark.parametrize("vr", sorted(set(PLANTED) | {"SQ"}))
def test_private_attributes_of_every_kind_go(deidentifier, vr):
    ds = image()
    block = ds.private_block(0x0051, "SIEMENS MR HEADER", create=True)
    inner = Dataset()
    inner.PatientName = NAME
    block.add_new(0x01, vr, Sequence([inner]) if vr == "SQ" else PLANTED[vr])
    clean = deidentifier.dataset(ds)
    assert not any(element.tag.is_private for element in clean)
    assert_clean(clean)


@pytest.mark.parametrize(
    "keyword",
    ["SeriesDescription", "StudyDescription", "ProtocolName", "ImageComments", "StationName",
     "InstitutionName", "OperatorsName", "DeviceSerialNumber", "AccessionNumber", "StudyID",
     "SequenceName", "SoftwareVersions", "PatientComments", "RequestedProcedureDescription",
     "WindowCenterWidthExplanation", "Manufacturer", "ManufacturerModelName"],
)  # fmt: skip
def test_free_text_goes(deidentifier, keyword):
    ds = image()
    setattr(ds, keyword, NAME)
    assert_clean(deidentifier.dataset(ds))


@pytest.mark.filterwarnings("ignore")
def test_names_in_other_alphabets_go(deidentifier):
    ds = image(PatientName="Wang^XiaoDong=王^小东", SeriesDescription="王小东")
    ds.SpecificCharacterSet = "ISO_IR 192"
    assert "王" not in deidentifier.dataset(ds).to_json()


def test_coded_strings_keep_only_known_terms(deidentifier):
    clean = deidentifier.dataset(image(ImageType=["ORIGINAL", "PRIMARY", NAME.upper(), "M"]))
    assert list(clean.ImageType) == ["ORIGINAL", "PRIMARY", "M"]


def test_numbers_out_of_range_go(deidentifier):
    clean = deidentifier.dataset(image(InstanceNumber=NUMBER, PatientWeight=5000, PatientSize=1.7))
    assert "InstanceNumber" not in clean and "PatientWeight" not in clean
    assert clean.PatientSize == 1.7


def test_what_a_reader_of_cine_needs_stays(deidentifier):
    ds = image()
    for keyword in CINE_KEYWORDS:
        if keyword not in ds:
            setattr(ds, keyword, 1)
    clean = deidentifier.dataset(ds)
    kept = [keyword for keyword in CINE_KEYWORDS if keyword in clean]
    assert len(kept) == len(CINE_KEYWORDS) == 23
    assert all(clean[keyword].value == ds[keyword].value for keyword in kept)
    assert clean.PixelData == ds.PixelData


def test_identity_is_replaced_and_the_removal_is_stated(deidentifier):
    ds = image(PatientBirthDate="19510203", PatientSex="F")
    clean = deidentifier.dataset(ds)
    assert clean.PatientID == clean.PatientName and str(clean.PatientID).startswith("CR")
    assert clean.PatientBirthDate == "" and clean.PatientSex == "F"
    assert clean.PatientIdentityRemoved == "YES"
    assert len(clean.DeidentificationMethod) <= 64
    codes = [item.CodeValue for item in clean.DeidentificationMethodCodeSequence]
    assert codes == ["113100", "113107", "113108"]
    assert clean.LongitudinalTemporalInformationModified == "MODIFIED"


def test_the_original_is_left_as_it_was(deidentifier):
    ds = image()
    before = ds.to_json()
    deidentifier.dataset(ds)
    assert ds.to_json() == before


@pytest.mark.parametrize(
    "stated, kept",
    [("033Y", "033Y"), ("089Y", "089Y"), ("093Y", "089Y"), ("120Y", "089Y"), ("008M", "008M"),
     ("old", None), ("", None)],
)  # fmt: skip
def test_age_is_capped_at_89(deidentifier, stated, kept):
    clean = deidentifier.dataset(image(PatientAge=stated))
    assert clean.get("PatientAge") == kept


def test_age_is_worked_out_where_it_is_not_stated(deidentifier):
    clean = deidentifier.dataset(image(PatientBirthDate="19800101", StudyDate="20200601"))
    assert clean.PatientAge == "040Y"


def test_uids_are_mapped_consistently_and_validly(deidentifier):
    ds = image()
    clean = deidentifier.dataset(ds)
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID"):
        mapped = clean[keyword].value
        assert mapped == deidentifier.uid(ds[keyword].value)
        assert mapped.startswith("2.25.") and UID(mapped).is_valid
    assert clean.SOPClassUID == ds.SOPClassUID
    assert clean.file_meta.MediaStorageSOPInstanceUID == clean.SOPInstanceUID


def test_another_key_gives_other_identities():
    first, second = Deidentifier(KEY), Deidentifier(b"another key, also of good length")
    assert first.uid("1.2.3") != second.uid("1.2.3")
    assert first.pseudonym("id:P1|") != second.pseudonym("id:P1|")


def test_studies_that_name_nobody_are_not_taken_for_one_patient(deidentifier):
    first = image(PatientID="", PatientName="")
    second = image(PatientID="", PatientName="", StudyInstanceUID="1.2.3.77")
    assert deidentifier.dataset(first).PatientID != deidentifier.dataset(second).PatientID


def test_dates_move_by_one_number_of_days_for_each_patient(deidentifier):
    clean = deidentifier.dataset(image(StudyDate="20240301", SeriesDate="20240303"))
    from datetime import datetime

    study, series = (datetime.strptime(clean[key].value, "%Y%m%d")
                     for key in ("StudyDate", "SeriesDate"))  # fmt: skip
    assert (series - study).days == 2
    assert clean.StudyDate < "20240101"
    other = deidentifier.dataset(image(StudyDate="20240301", PatientID="P2"))
    assert other.StudyDate != clean.StudyDate


@pytest.mark.parametrize("date", ["20120000", "00000000", "2012", "yesterday", "20121301"])
@pytest.mark.filterwarnings("ignore")
def test_dates_that_are_none_go(deidentifier, date):
    clean = deidentifier.dataset(image(StudyDate=date, SeriesDate=date))
    assert clean.StudyDate == "" and "SeriesDate" not in clean


def test_times_of_day_go(deidentifier):
    clean = deidentifier.dataset(image(StudyTime="101112", AcquisitionTime="101113"))
    assert clean.StudyTime == "" and "AcquisitionTime" not in clean


def test_a_saved_file_has_an_empty_preamble_and_its_own_meta(tmp_path, deidentifier):
    files = write(tmp_path, [image()])
    path = files[0][1]
    data = bytearray(path.read_bytes())
    data[:10] = b"MZ" + NAME.encode()
    path.write_bytes(bytes(data))
    source = pydicom.dcmread(path)
    source.file_meta.SourceApplicationEntityTitle = NAME
    clean = deidentifier.dataset(source)
    clean.save_as(tmp_path / "clean.dcm", enforce_file_format=True)
    saved = (tmp_path / "clean.dcm").read_bytes()
    assert saved[:128] == bytes(128)
    assert NAME.encode() not in saved
    assert pydicom.dcmread(tmp_path / "clean.dcm").PixelData == source.PixelData


@pytest.mark.parametrize(
    "overrides",
    [{"BurnedInAnnotation": "YES"}, {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"},
     {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7.2"}],
)  # fmt: skip
def test_pictures_that_may_show_text_are_refused(deidentifier, overrides):
    with pytest.raises(InputError) as caught:
        deidentifier.dataset(image(**overrides))
    assert caught.value.code == "burned_in"


def test_sequences_nested_beyond_reason_are_cut_off(deidentifier):
    ds = image()
    item = ds
    for _ in range(200):
        inner = Dataset()
        inner.ReferencedSOPInstanceUID = "1.2.3"
        item.ReferencedImageSequence = Sequence([inner])
        item = inner
    level, depth = deidentifier.dataset(ds), 0
    while "ReferencedImageSequence" in level:
        level, depth = level.ReferencedImageSequence[0], depth + 1
    assert depth == 32


def test_a_short_key_is_refused():
    with pytest.raises(InputError, match="at least 16"):
        Deidentifier(b"short")


def test_the_key_is_not_printed(deidentifier):
    assert "key for tests" not in repr(deidentifier)


def test_every_allowed_attribute_is_a_public_one_of_the_standard():
    from domain.imaging import allowed

    names = [*allowed.CODED, *allowed.NUMBERS, *allowed.DATES, *allowed.MAPPED_UIDS,
             *allowed.STANDARD_UIDS, *allowed.SEQUENCES]  # fmt: skip
    assert all(keyword_for_tag(Tag(name)) == name for name in names)
    assert len(names) == len(set(names))
