import LosslessJSON
import UprevReport

/// The ends of a migration: among the migrations of one format there is one of each.
struct MigrationKey: Hashable, Sendable {
  var from: FormatVersion
  var to: FormatVersion

  init(_ migration: Migration) {
    from = migration.from
    to = migration.to
  }
}

/// What was gathered in one target for the migrations of one format.
final class GatheredFormat: Sendable {
  /// For one migration.
  struct Values: Sendable {
    var shared: SharedGatheredValues
    /// What programs answered; nil where there are none.
    var answers: (any GatheredAnswers)?
  }

  private let values: [MigrationKey: Values]

  init(_ values: [MigrationKey: Values]) {
    self.values = values
  }

  /// Whether some values belong to single documents.
  var isOfDocuments: Bool { values.values.contains { $0.answers != nil } }

  func knows(_ migration: Migration) -> Bool { values[MigrationKey(migration)] != nil }

  /// What the steps of a migration see for one document.
  ///
  /// - Parameter key: nil where no values belong to single documents.
  /// - Returns: nil where the migration gathers nothing.
  /// - Throws: ``DocumentError`` `not-gathered`
  func values(for migration: Migration, of key: DocumentKey?) throws(DocumentError) -> GatheredValues? {
    guard let gathering = migration.gathering else { return nil }
    guard let found = values[MigrationKey(migration)] else { throw .nothingGathered(for: migration) }
    if gathering.programs.isEmpty { return GatheredValues(found.shared) }
    guard let answers = found.answers, let key else { throw .nothingGathered(for: migration) }
    var own: [String: JSONValue] = [:]
    for (name, _) in gathering.programs {
      let bytes: [UInt8]?
      do {
        bytes = try answers.answer(name, for: key)
      } catch {
        throw .answersLost(error.message, of: migration)
      }
      guard let bytes else { throw .notAmongGathered(name, of: migration) }
      do {
        own[name] = try IndexedJSON(
          scanning: JSONText(bytes), options: JSONReadingOptions(allowsNonFinite: true, maximumSize: .max)
        ).root
      } catch {
        throw .answersLost(error.message, of: migration)
      }
    }
    return GatheredValues(found.shared, own: own)
  }
}

/// What programs answered for documents. Thread-safe.
protocol GatheredAnswers: Sendable {
  /// - Returns: JSON; nil where the program was not given the document.
  /// - Throws: ``JournalError`` where the answers cannot be read.
  func answer(_ name: String, for key: DocumentKey) throws(JournalError) -> [UInt8]?
}

/// Which document a value belongs to: its path and its text, as it was read.
struct DocumentKey: Hashable, Sendable {
  /// 16 bytes.
  let bytes: [UInt8]

  init(path: PathName, text: JSONText) {
    var hash = SHA256()
    hash.update(Array("\(path.bytes.count)\n".utf8) + path.bytes)
    hash.update(text.withUnsafeBytes { SHA256.hash($0) })
    bytes = Array(hash.finish().prefix(16))
  }
}

/// What was gathered in one target: by the number of the format.
struct GatheredTarget: Sendable {
  var formats: [Int: GatheredFormat] = [:]

  /// Where nothing gathers anything.
  static let nothing = GatheredTarget()
}
