import UprevReport

/// A plan that was read whole and found sound: what `uprev apply` does, and nothing else.
///
/// Memory: some 70 bytes a document. The file stays open, for the names.
public final class Plan: Sendable {
  public let header: PlanHeader
  public let targets: [PlannedTarget]
  /// Documents that are to be migrated.
  public var count: Int { index.count }
  let index: PlanIndex
  private let sections: [Section]
  private let file: OpenFile
  private let fileSystem: any FileSystem

  /// Where a target's documents stand.
  struct Section: Sendable {
    var numbers: Range<Int>
    /// In the file.
    var offsets: Range<Int64>
  }

  init(
    header: PlanHeader, targets: [PlannedTarget], index: PlanIndex, sections: [Section], file: OpenFile,
    fileSystem: any FileSystem
  ) {
    self.header = header
    self.targets = targets
    self.index = index
    self.sections = sections
    self.file = file
    self.fileSystem = fileSystem
  }

  /// The documents of a target, by number.
  func numbers(ofTarget target: Int) -> Range<Int> {
    sections.indices.contains(target) ? sections[target].numbers : 0..<0
  }

  /// Warns where a target is another folder than the one that the plan was made for.
  ///
  /// - Throws: ``TargetError`` where it cannot be told.
  func check(_ container: any Container, number: Int, warn: WarningSink) throws {
    guard targets.indices.contains(number), let identity = targets[number].identity else { return }
    let now = try container.journalTarget()
    if now.identity != identity { warn(.movedSincePlan(now.resolvedPath)) }
  }

  /// Calls back with the paths of some documents of a target, in the order of the plan: they are read once more.
  ///
  /// - Parameter isWanted: whether a document's path is asked for.
  /// - Throws: ``PlanError`` where the file is not what it was; what `body` throws.
  func forEachPath(
    ofTarget target: Int, where isWanted: (PlanIndex.Number) -> Bool, _ body: (PathName) throws -> Void
  ) throws {
    guard sections.indices.contains(target) else { return }
    let section = sections[target]
    let lines = PlanLines(file, section.offsets, fileSystem)
    for position in section.numbers {
      let number = PlanIndex.Number(truncatingIfNeeded: position)
      let line: ArraySlice<UInt8>?
      do {
        line = try lines.next()
      } catch let error as FileSystemError {
        throw PlanError.unreadable(error)
      }
      guard let line else { throw PlanError.damaged }
      guard isWanted(number) else { continue }
      guard let path = PlanLine.document(line)?.path, index.has(number, path, target: target) else {
        throw PlanError.damaged
      }
      try body(path)
    }
  }
}

/// Why a plan is not applied. Its words are in `Plan+Words.swift`.
public enum PlanError: Error, Hashable, Sendable {
  case unreadable(FileSystemError)
  /// A folder, a fifo or another thing that is no regular file.
  case noFile
  /// It does not begin as a plan does.
  case noPlan
  /// It is cut short, or not as it was written.
  case damaged
  /// It was made by a newer program, in another format.
  case newer(version: UInt64)
  /// More documents than can be counted.
  case tooLarge
  /// A pipeline's rules are not those of the plan; its name.
  case otherRules(String)
  /// Other pipelines are given than the plan has; the names of those that it has.
  case otherPipelines([String])
  /// Values that migrations take from many documents are not those of the plan; their name.
  case otherValues(String)
}
