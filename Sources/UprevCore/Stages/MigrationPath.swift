import JSONSchema
import LosslessJSON
import UprevReport

/// The migrations that take documents of one version to the version asked for, with what is the same for all of these documents
/// made once. A class, so that a document costs one reference.
final class MigrationPath: Sendable {
  /// Where it begins.
  let start: FormatVersion
  /// At least one.
  let migrations: [Migration]
  let hasSteps: Bool
  /// As reports list them.
  let records: [MigrationRecord]
  /// The version that each migration writes.
  let stamps: [JSONFragment]
  /// Of the version it begins with; nil where there is none.
  let before: Schema?
  /// Of the version it ends with; nil where there is none.
  let after: Schema?

  init(_ migrations: [Migration], from start: FormatVersion, before: Schema?, after: Schema?) {
    self.start = start
    self.migrations = migrations
    self.before = before
    self.after = after
    hasSteps = migrations.contains { !$0.steps.isEmpty }
    stamps = migrations.map { JSONFragment(version: $0.to) }
    records = migrations.map { MigrationRecord(from: $0.from.reportValue, to: $0.to.reportValue) }
  }
}

/// The paths that documents of one format and one batch have taken: the next one of their version need not look for its own.
struct MetPaths {
  /// Looked through one by one; a document of a version beyond them finds its path itself.
  private static let most = 8

  private var paths: [MigrationPath] = []

  func path(from version: FormatVersion) -> MigrationPath? {
    paths.first { $0.start == version }
  }

  mutating func add(_ path: MigrationPath) {
    if paths.count < Self.most { paths.append(path) }
  }
}
