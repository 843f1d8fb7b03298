import UprevReport

/// Reads a plan whole and checks all of it before any of it is used.
struct PlanReader {
  private let file: OpenFile
  private let fileSystem: any FileSystem
  private let size: Int64

  /// Bytes of the shortest line of a document.
  private static let shortestDocument: Int64 = 220

  /// - Throws: ``PlanError``
  init(_ path: PathName, _ fileSystem: any FileSystem) throws(PlanError) {
    self.fileSystem = fileSystem
    do throws(FileSystemError) {
      // A fifo that has the name is not waited for.
      file = try fileSystem.open(path, in: nil, [.readOnly, .nonBlocking], mode: 0)
      let status = try fileSystem.status(of: file)
      size = status.kind == .regular ? status.size : -1
    } catch {
      throw .unreadable(error)
    }
    guard size >= 0 else { throw .noFile }
  }

  /// - Throws: ``PlanError``
  func read() throws(PlanError) -> Plan {
    do {
      return try checked()
    } catch let error as PlanError {
      throw error
    } catch let error as FileSystemError {
      throw .unreadable(error)
    } catch {
      throw .damaged
    }
  }

  private func checked() throws -> Plan {
    let lines = PlanLines(file, 0..<size, fileSystem)
    guard let first = try lines.next(), let version = PlanLine.version(first) else { throw PlanError.noPlan }
    guard version <= UInt64(PlanHeader.version) else { throw PlanError.newer(version: version) }
    guard let header = PlanLine.header(first) else { throw PlanError.damaged }
    var sha256 = SHA256()
    first.withUnsafeBytes { sha256.update($0) }
    var targets: [PlannedTarget] = []
    var sections: [Plan.Section] = []
    var index = PlanIndex(capacity: Int(size / Self.shortestDocument))
    var start = lines.position
    while let line = try lines.next() {
      if PlanLine.isEnd(line) {
        // The last line is what it must be, byte for byte, and nothing follows.
        guard line.elementsEqual(PlanWriter.end(documents: index.count, sha256: sha256.finish())),
          try lines.next() == nil
        else { throw PlanError.damaged }
        index.finish()
        return Plan(
          header: header, targets: targets, index: index, sections: sections, file: file, fileSystem: fileSystem)
      }
      line.withUnsafeBytes { sha256.update($0) }
      if PlanLine.isTarget(line) {
        guard let target = PlanLine.target(line) else { throw PlanError.damaged }
        targets.append(target)
        start = lines.position
        sections.append(Plan.Section(numbers: index.count..<index.count, offsets: start..<start))
      } else {
        guard let document = PlanLine.document(line), !targets.isEmpty else { throw PlanError.damaged }
        guard index.count < PlanIndex.maximumCount else { throw PlanError.tooLarge }
        index.append(
          document.path, target: targets.count - 1, sha256Before: document.sha256Before,
          sha256After: document.sha256After)
        let last = sections.count - 1
        sections[last] = Plan.Section(
          numbers: sections[last].numbers.lowerBound..<index.count, offsets: start..<lines.position)
      }
    }
    throw PlanError.damaged
  }
}

extension Plan {
  /// Reads a plan and checks all of it: its digest, its version, every line.
  ///
  /// - Throws: ``PlanError``
  public static func read(_ path: PathName, fileSystem: any FileSystem) throws(PlanError) -> Plan {
    try PlanReader(path, fileSystem).read()
  }

  /// Whether the rules are those by which the plan was made.
  ///
  /// - Parameters:
  ///   - pipelines: in the order of the run.
  ///   - gathered: digests of the values that migrations take from many documents.
  /// - Throws: ``PlanError`` where they are not.
  public func check(_ pipelines: [Pipeline], gathered: [String: [UInt8]] = [:]) throws(PlanError) {
    let planned = header.pipelines
    guard planned.count == pipelines.count, zip(planned, pipelines).allSatisfy({ $0.name == $1.name }) else {
      throw .otherPipelines(planned.map(\.name))
    }
    for (planned, pipeline) in zip(planned, pipelines) where planned.digest != pipeline.digest {
      throw .otherRules(planned.name)
    }
    for name in Set(header.gathered.keys).union(gathered.keys).sorted() where header.gathered[name] != gathered[name] {
      throw .otherValues(name)
    }
  }
}
