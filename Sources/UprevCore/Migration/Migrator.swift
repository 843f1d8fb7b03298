import LosslessJSON

/// Applies migrations to one document, edge by edge.
struct Migrator: Sendable {
  let detector: DetectVersion
  let options: JSONReadingOptions

  /// A document after its migrations.
  struct Migrated: Sendable {
    var document: IndexedJSON
    var detection: Detection
  }

  /// Each edge runs its steps, writes its version, and must leave a document of that version.
  ///
  /// - Throws: ``DocumentError`` `step-failed`, or what reading the result throws.
  func migrate(
    _ document: IndexedJSON, _ detection: Detection, along path: [Migration]
  ) throws(DocumentError) -> Migrated {
    var migrated = Migrated(document: document, detection: detection)
    for migration in path {
      migrated = try apply(migration, to: migrated)
    }
    return migrated
  }

  private func apply(_ migration: Migration, to source: Migrated) throws(DocumentError) -> Migrated {
    // A migration has no steps but the stamp; the place for them is here.
    guard let text = try stamped(source.document, with: migration.to) else {
      return Migrated(document: source.document, detection: Detection(version: migration.to, value: nil))
    }
    let document: IndexedJSON
    do {
      document = try IndexedJSON(scanning: text, options: options)
    } catch {
      throw .invalidResult(migration, error)
    }
    let detection = try detector.detect(document)
    guard detection.version == migration.to else { throw .otherVersionAfter(migration, detection) }
    return Migrated(document: document, detection: detection)
  }

  /// The text with its version written: in place of the old one, or as the last member of the object it belongs in.
  ///
  /// - Returns: nil where an absent version says it already.
  /// - Throws: ``DocumentError`` `step-failed` where the version has no place.
  private func stamped(_ document: IndexedJSON, with version: FormatVersion) throws(DocumentError) -> JSONText? {
    let fragment: JSONFragment =
      switch version {
      case .integer(let number): .decimal(number)
      case .string(let string): .string(string)
      }
    let pointer = detector.rule.pointer
    do {
      if let value = document.value(at: pointer) {
        return try document.applying([document.replacing(value, with: fragment)])
      }
      if version == detector.rule.missing { return nil }
      guard let name = pointer.tokens.last,
        let parent = document.value(at: JSONPointer(tokens: pointer.tokens.dropLast())), parent.kind == .object
      else { throw JSONEditError.notAnObject }
      return try document.applying([document.settingMember(name, to: fragment, in: parent)])
    } catch {
      throw .noPlaceForVersion(version, pointer)
    }
  }
}
