import type { components } from "./schema";

/** Names for the generated API shapes, so that pages import words instead of paths. */
type Schemas = components["schemas"];

export type Session = Schemas["SessionOut"];
export type Role = Schemas["RoleEnum"];
export type View = Schemas["View"];
export type Contrast = Schemas["Contrast"];
export type CaseSummary = Schemas["CaseSummaryOut"];
export type CaseDetail = Schemas["CaseDetailOut"];
export type StudyDetail = Schemas["StudyDetailOut"];
export type Stack = Schemas["StackOut"];
export type Slice = Schemas["SliceOut"];
export type Draft = Schemas["DraftOut"];
export type Read = Schemas["ReadOut"];
export type ReadSummary = Schemas["ReadSummaryOut"];
export type ReadState = Schemas["ReadState"];
export type Grade = Schemas["GradeOut"];
export type GradeRow = Schemas["RowOut"];
export type RowKind = Schemas["KindEnum"];
export type Appeal = Schemas["AppealOut"];
export type Override = Schemas["OverrideOut"];
export type Question = Schemas["QuestionOut"];
export type QuestionKind = Schemas["QuestionKind"];
export type Neighbours = Schemas["NeighboursOut"];
export type Interval = Schemas["IntervalOut"];
export type Progress = Schemas["FellowProgressOut"];
export type FindingProgress = Schemas["FindingProgressOut"];
export type StudySummary = Schemas["StudySummaryOut"];
export type StudyPage = Schemas["StudyPageOut"];
export type Report = Schemas["ReportOut"];
export type Claims = Schemas["ClaimsOut"];
export type Import = Schemas["ImportOut"];
export type CaseSet = Schemas["CaseSetOut"];
export type Cohort = Schemas["CohortOut"];
export type CohortRead = Schemas["CohortReadOut"];
