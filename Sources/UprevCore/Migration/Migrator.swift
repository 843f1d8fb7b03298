import LosslessJSON

/// Applies migrations to documents, edge by edge.
struct Migrator: Sendable {
  let detector: DetectVersion
  let options: JSONReadingOptions

  /// A document after one migration.
  struct Migrated: Sendable {
    var document: IndexedJSON
    var detection: Detection
  }

  /// What became of a document, and what was said on the way.
  struct Outcome: Sendable {
    var result: Result<IndexedJSON, DocumentError>
    var notes: [StepNote] = []
  }

  /// What was gathered in the documents' target; nil where nothing was.
  var gathered: GatheredFormat?

  /// Takes a document through migrations without steps.
  func migrate(_ document: IndexedJSON, alongStepless path: MigrationPath) throws(DocumentError) -> IndexedJSON {
    var document = document
    for (migration, stamp) in zip(path.migrations, path.stamps) {
      document = try finish(document, migration, stamp).document
    }
    return document
  }

  /// Takes documents of one version through migrations. Each runs its steps, writes its version, and must leave a document of
  /// that version. Documents go through the steps together; what fails in one leaves the others alone.
  ///
  /// - Parameter keys: of the documents, for values that belong to single ones.
  /// - Returns: one outcome for each document, in the same order. Errors are `step-failed` and `not-gathered`.
  func migrate(_ documents: [IndexedJSON], keys: [DocumentKey?], along path: [Migration]) -> [Outcome] {
    var outcomes = documents.map { Outcome(result: .success($0)) }
    for migration in path {
      let stamp = JSONFragment(version: migration.to)
      var values: [GatheredValues]?
      if migration.needsGathered {
        values = []
        for index in outcomes.indices {
          guard case .success = outcomes[index].result else { continue }
          do throws(DocumentError) {
            let key = keys.indices.contains(index) ? keys[index] : nil
            guard let gathered = try gathered?.values(for: migration, of: key) else {
              throw .nothingGathered(for: migration)
            }
            values?.append(gathered)
          } catch {
            outcomes[index].result = .failure(error)
          }
        }
      }
      let remaining = outcomes.indices.compactMap { index in
        (try? outcomes[index].result.get()).map { (index: index, document: $0) }
      }
      let stepped =
        migration.steps.isEmpty
        ? remaining.map { Outcome(result: .success($0.document)) }
        : applySteps(
          of: migration, to: remaining.map(\.document), sizes: remaining.map { documents[$0.index].text.count }, values)
      for (position, step) in zip(remaining, stepped) {
        outcomes[position.index].notes += step.notes
        outcomes[position.index].result = step.result.flatMap { document in
          Result { () throws(DocumentError) in try finish(document, migration, stamp).document }
        }
      }
    }
    return outcomes
  }

  /// - Parameters:
  ///   - sizes: of the documents before their first migration.
  ///   - gathered: for each document; nil where the migration gathers nothing.
  /// - Returns: one outcome for each document, in the same order.
  private func applySteps(
    of migration: Migration, to documents: [IndexedJSON], sizes: [Int], _ gathered: [GatheredValues]?
  ) -> [Outcome] {
    var batch = StepBatch(documents, options: options, sizes: sizes, gathered: gathered)
    var failedSteps = [Int?](repeating: nil, count: documents.count)
    for (number, step) in migration.steps.enumerated() {
      batch.perform(step)
      for index in batch.items.indices where batch.items[index].failure != nil && failedSteps[index] == nil {
        failedSteps[index] = number
      }
    }
    return zip(batch.items, failedSteps).map { item, number in
      guard let failure = item.failure, let number else {
        return Outcome(result: .success(item.document), notes: item.notes)
      }
      return Outcome(result: .failure(.stepFailed(failure, number, of: migration)), notes: item.notes)
    }
  }

  /// The version is written, and the document must be of it.
  ///
  /// - Parameter stamp: the version as it is written.
  func finish(
    _ source: IndexedJSON, _ migration: Migration, _ stamp: JSONFragment
  ) throws(DocumentError) -> Migrated {
    guard let rule = detector.rule.value else {
      return Migrated(document: source, detection: try detected(source, migration))
    }
    guard let text = try stamped(source, with: migration.to, stamp, rule) else {
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
    _ document: IndexedJSON, with version: FormatVersion, _ fragment: JSONFragment, _ rule: VersionValueRule
  ) throws(DocumentError) -> JSONText? {
    let pointer = rule.pointer
    do {
      if let value = document.value(at: pointer) {
        return try document.applying([document.replacing(value, with: fragment)])
      }
      if version == rule.missing { return nil }
      // Mostly it is a member of the root.
      guard let name = pointer.tokens.last,
        let parent = pointer.tokens.count == 1
          ? document.root : document.value(at: JSONPointer(tokens: pointer.tokens.dropLast())), parent.kind == .object
      else { throw JSONEditError.notAnObject }
      return try document.applying([document.settingMember(name, to: fragment, in: parent)])
    } catch {
      throw .noPlaceForVersion(version, pointer)
    }
  }
}

extension JSONFragment {
  /// A version as documents carry it.
  init(version: FormatVersion) {
    self =
      switch version {
      case .integer(let number): .decimal(number)
      case .string(let string): .string(string)
      case .semantic(let version): .string(version.text)
      }
  }
}
