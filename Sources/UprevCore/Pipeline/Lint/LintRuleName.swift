/// What `lint` can find beyond the faults that keep a pipeline from being read at all (``PipelineFault/Kind``). The list is
/// closed and documented in `docs/lint.md`.
public enum LintRuleName: String, CaseIterable, Sendable {
  /// A file under `fixtures/` belongs to no format, or its name says no version that the format knows.
  case fixtureName = "fixture-name"
  /// A fixture cannot be read.
  case fixtureUnreadable = "fixture-unreadable"
  /// A fixture's text has another version than its name says.
  case fixtureVersion = "fixture-version"
  /// A fixture does not reach the current version.
  case reachesCurrent = "reaches-current"
  /// A migration that skips versions makes something else than the path that it replaces.
  case pathsDiffer = "paths-differ"
  /// Migrating is not repeatable: a second time changes the result, or the same text comes out differently.
  case notRepeatable = "not-repeatable"
  /// Up and down again does not give the text back.
  case roundTripLoss = "round-trip-loss"
  /// What becomes of a document depends on those beside it.
  case orderDependent = "order-dependent"
  /// A schema refuses a fixture of its own version.
  case schemaRefusesFixture = "schema-refuses-fixture"
  /// A schema could not be held against a fixture, because one of its patterns takes too long.
  case schemaLimit = "schema-limit"
  /// A file under `schemas/` that nothing refers to.
  case unusedSchema = "unused-schema"
  /// A path is claimed by two formats.
  case formatsOverlap = "formats-overlap"
  /// A version without a schema.
  case missingSchema = "missing-schema"
  /// A format's migrations run programs, and were not tried.
  case programsNotRun = "programs-not-run"
  /// A format with migrations and no fixtures.
  case missingFixtures = "missing-fixtures"
}
