import UprevReport

/// The names of one folder, in order, packed: one arena of bytes and 16 bytes a name.
///
/// The order is byte order with a folder comparing as `name/`, so that a walk in this order meets whole paths in byte order.
struct FolderNames {
  private struct Entry {
    var offset: Int
    var length: UInt32
    var kind: FileKind
  }

  private var arena: [UInt8] = []
  private var entries: [Entry] = []

  var count: Int { entries.count }
  /// The names that begin with `.uprev-`, in byte order: Uprev's own, which are left out.
  private(set) var own: [PathName] = []

  /// Reads a folder.
  ///
  /// - Throws: ``FileSystemError`` of `fdopendir`, `readdir` or `fstatat`.
  init(of folder: OpenFile, _ fileSystem: any FileSystem) throws(FileSystemError) {
    var unknown: [Int] = []
    try fileSystem.forEachName(in: folder) { name, kind in
      if OwnName.isOwn(name) { return own.append(PathName(name)) }
      if kind == nil { unknown.append(entries.count) }
      entries.append(Entry(offset: arena.count, length: UInt32(truncatingIfNeeded: name.count), kind: kind ?? .unknown))
      arena.append(contentsOf: name)
      // So that comparing needs no case for folders.
      arena.append(kind == .directory ? UInt8(ascii: "/") : 0)
    }
    for index in unknown {
      do {
        entries[index].kind = try fileSystem.status(of: name(index), in: folder, followingLinks: false).kind
      } catch  where error.kind == .absent {
        // It stays unknown, and is found vanished when it is reached.
      }
      if entries[index].kind == .directory { arena[terminator(index)] = UInt8(ascii: "/") }
    }
    own.sort()
    sort()
  }

  func name(_ index: Int) -> PathName {
    let entry = entries[index]
    return PathName(arena[entry.offset..<entry.offset + Int(entry.length)])
  }

  func kind(_ index: Int) -> FileKind { entries[index].kind }

  /// Appends a name to a path.
  func append(_ index: Int, to path: inout [UInt8]) {
    let entry = entries[index]
    path.append(contentsOf: arena[entry.offset..<entry.offset + Int(entry.length)])
  }

  private func terminator(_ index: Int) -> Int { entries[index].offset + Int(entries[index].length) }

  private mutating func sort() {
    // No name holds a zero byte, so the terminator decides before any byte behind it could.
    arena.withUnsafeBytes { bytes in
      entries.sort { left, right in
        let leftBytes = UnsafeRawBufferPointer(rebasing: bytes[left.offset...left.offset + Int(left.length)])
        let rightBytes = UnsafeRawBufferPointer(rebasing: bytes[right.offset...right.offset + Int(right.length)])
        return compareBytes(leftBytes, rightBytes) < 0
      }
    }
  }
}
