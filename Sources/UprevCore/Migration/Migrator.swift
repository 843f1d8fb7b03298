import LosslessJSON

/// Applies migrations to documents, edge by edge.
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
  /// - Throws: ``DocumentError`` `step-failed`.
  func migrate(
    _ document: IndexedJSON, _ detection: Detection, along path: [Migration]
  ) throws(DocumentError) -> Migrated {
    var migrated = Migrated(document: document, detection: detection)
    for migration in path {
      if !migration.steps.isEmpty {
        migrated.document = try applySteps(of: migration, to: [migrated.document], sizes: [document.text.count])[0]
          .get()
      }
      migrated = try finish(migrated.document, migration)
    }
    return migrated
  }

  /// As ``migrate(_:_:along:)`` for documents of one version, which go through the steps together; what fails in one leaves
  /// the others alone.
  ///
  /// - Returns: one result for each document, in the same order.
  func migrate(
    _ documents: [IndexedJSON], along path: [Migration]
  ) -> [Result<IndexedJSON, DocumentError>] {
    var results = documents.map { Result<IndexedJSON, DocumentError>.success($0) }
    for migration in path {
      let remaining = results.indices.compactMap { index in
        (try? results[index].get()).map { (index: index, document: $0) }
      }
      let stepped =
        migration.steps.isEmpty
        ? remaining.map { .success($0.document) }
        : applySteps(
          of: migration, to: remaining.map(\.document), sizes: remaining.map { documents[$0.index].text.count })
      for (position, result) in zip(remaining, stepped) {
        results[position.index] = result.flatMap { document in
          Result { () throws(DocumentError) in try finish(document, migration).document }
        }
      }
    }
    return results
  }

  /// - Parameter sizes: of the documents before their first migration.
  /// - Returns: one result for each document, in the same order.
  private func applySteps(
    of migration: Migration, to documents: [IndexedJSON], sizes: [Int]
  ) -> [Result<IndexedJSON, DocumentError>] {
    var batch = StepBatch(documents, options: options, sizes: sizes)
    var failedSteps = [Int?](repeating: nil, count: documents.count)
    for (number, step) in migration.steps.enumerated() {
      batch.perform(step)
      for index in batch.items.indices where batch.items[index].failure != nil && failedSteps[index] == nil {
        failedSteps[index] = number
      }
    }
    return zip(batch.items, failedSteps).map { item, number in
      guard let failure = item.failure, let number else { return .success(item.document) }
      return .failure(.stepFailed(failure, number, of: migration))
    }
  }

  /// The version is written, and the document must be of it.
  func finish(_ source: IndexedJSON, _ migration: Migration) throws(DocumentError) -> Migrated {
    guard let rule = detector.rule.value else {
      return Migrated(document: source, detection: try detected(source, migration))
    }
    guard let text = try stamped(source, with: migration.to, rule) else {
      return Migrated(document: source, detection: Detection(version: migration.to, value: nil))
    }
    let document: IndexedJSON
    do {
      document = try IndexedJSON(scanning: text, options: options)
    } catch {
      throw .invalidResult(migration, error)
    }
    return Migrated(document: document, detection: try detected(document, migration))
  }

  private func detected(_ document: IndexedJSON, _ migration: Migration) throws(DocumentError) -> Detection {
    let detection: Detection
    do {
      detection = try detector.detect(document)
    } catch {
      throw .noVersionAfter(migration, error)
    }
    guard detection.version == migration.to else { throw .otherVersionAfter(migration, detection) }
    return detection
  }

  /// The text with its version written: in place of the old one, or as the last member of the object it belongs in.
  ///
  /// - Returns: nil where an absent version says it already.
  /// - Throws: ``DocumentError`` `step-failed` where the version has no place.
  private func stamped(
    _ document: IndexedJSON, with version: FormatVersion, _ rule: VersionValueRule
  ) throws(DocumentError) -> JSONText? {
    let fragment: JSONFragment =
      switch version {
      case .integer(let number): .decimal(number)
      case .string(let string): .string(string)
      case .semantic(let version): .string(version.text)
      }
    let pointer = rule.pointer
    do {
      if let value = document.value(at: pointer) {
        return try document.applying([document.replacing(value, with: fragment)])
      }
      if version == rule.missing { return nil }
      guard let name = pointer.tokens.last,
        let parent = document.value(at: JSONPointer(tokens: pointer.tokens.dropLast())), parent.kind == .object
      else { throw JSONEditError.notAnObject }
      return try document.applying([document.settingMember(name, to: fragment, in: parent)])
    } catch {
      throw .noPlaceForVersion(version, pointer)
    }
  }
}
