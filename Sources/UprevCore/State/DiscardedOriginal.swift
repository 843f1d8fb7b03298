import UprevReport

/// The kept original of an archive that no run refers to any more.
struct DiscardedOriginal: Hashable {
  /// Absolute.
  var path: PathName
  var identity: FileIdentity
  /// Bytes.
  var size: Int64

  enum Removal: Hashable {
    case removed
    /// Nothing is there, or something else, which is left alone.
    case notThere
    case failed
  }

  /// Removes the file, if it is still the one that was kept, and the folder of this project's own that held it, if that is
  /// empty now.
  func remove(_ fileSystem: any FileSystem) -> Removal {
    guard let slash = path.bytes.lastIndex(of: 0x2F) else { return .notThere }
    let folderPath = PathName(path.bytes[..<max(slash, 1)])
    let name = PathName(path.bytes[(slash + 1)...])
    do {
      let folder = try fileSystem.open(folderPath, in: nil, [.directory, .noFollow], mode: 0)
      let status = try fileSystem.status(of: name, in: folder, followingLinks: false)
      guard status.kind == .regular, status.identity == identity, status.size == size else { return .notThere }
      try fileSystem.unlink(name, in: folder)
    } catch {
      switch error.kind {
      case .absent, .noDirectory, .symbolicLink: return .notThere
      default: return .failed
      }
    }
    let folderName = folderPath.bytes[(folderPath.bytes.lastIndex(of: 0x2F).map { $0 + 1 } ?? 0)...]
    if folderName.starts(with: Array(".uprev-".utf8)) {
      // Fails, and is meant to, where something is in it.
      _ = try? fileSystem.removeDirectory(folderPath, in: nil)
    }
    return .removed
  }
}

/// The folders `runs/<id>` of the state directory, which hold reports.
struct ReportFolders {
  /// Resolved.
  let state: PathName
  let fileSystem: any FileSystem

  /// Folders without a run of their own are kept for so long: runs that change nothing in place have none. Seconds.
  private static let keptSeconds: Int64 = 90 * 86_400

  /// What cannot be removed stays for the next time.
  ///
  /// - Parameters:
  ///   - runs: ids of runs whose folders go.
  ///   - time: now; folders whose name says that they are older than 90 days go too.
  ///   - known: ids of runs whose folders stay.
  func remove(_ runs: [String], orOlderThan time: Timestamp, except known: Set<String>) {
    let path = PathName(state.bytes + Array("/runs".utf8))
    guard let folder = try? fileSystem.open(path, in: nil, [.directory, .noFollow], mode: 0) else { return }
    let forgotten = Set(runs)
    let oldest = Timestamp(seconds: time.seconds - Self.keptSeconds, nanoseconds: 0).basic
    var names: [String] = []
    try? fileSystem.forEachName(in: folder) { bytes, _ in
      guard let name = String(validating: bytes, as: UTF8.self), Self.isRunID(name), !known.contains(name) else {
        return
      }
      if forgotten.contains(name) || name.prefix(oldest.count) < oldest { names.append(name) }
    }
    for name in names {
      guard let opened = try? fileSystem.open(PathName(name), in: folder, [.directory, .noFollow], mode: 0) else {
        continue
      }
      try? RemoveTree(fileSystem).remove(PathName(name), in: folder, open: opened)
    }
  }

  /// Whether it looks like `20260131T235959Z-9f86d081`.
  private static func isRunID(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    guard bytes.count == 25, bytes[8] == UInt8(ascii: "T"), bytes[15] == UInt8(ascii: "Z"),
      bytes[16] == UInt8(ascii: "-")
    else { return false }
    return bytes.enumerated().allSatisfy { index, byte in
      switch index {
      case 8, 15, 16: true
      case 0..<16: (0x30...0x39).contains(byte)
      default: (0x30...0x39).contains(byte) || (0x61...0x66).contains(byte)
      }
    }
  }
}
