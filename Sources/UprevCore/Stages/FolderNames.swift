import UprevReport

/// The names of one folder, in order, packed: their bytes, a terminator and 8 bytes a name.
///
/// The order is byte order with a folder comparing as `name/`, so that a walk in this order meets whole paths in byte order.
struct FolderNames {
  private let arena = NameArena()
  private var entries: [NameArena.Place] = []

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
      entries.append(arena.add(name, kind ?? .unknown))
    }
    for index in unknown {
      do {
        let kind = try fileSystem.status(of: name(index), in: folder, followingLinks: false).kind
        entries[index] = arena.changing(entries[index], to: kind)
      } catch  where error.kind == .absent {
        // It stays unknown, and is found vanished when it is reached.
      }
    }
    own.sort()
    // No name holds a zero byte, so the terminator decides before any byte behind it could.
    entries.sort { [arena] in compareBytes(arena.terminated($0), arena.terminated($1)) < 0 }
  }

  func name(_ index: Int) -> PathName { PathName(arena.name(entries[index])) }

  func kind(_ index: Int) -> FileKind { entries[index].kind }

  /// Appends a name to a path.
  func append(_ index: Int, to path: inout [UInt8]) {
    path.append(contentsOf: arena.name(entries[index]))
  }
}

/// The bytes of names, in blocks that never move: a folder may have millions of them, and an array that grows is there twice
/// meanwhile.
private final class NameArena {
  /// Where a name is, how long, and what it names: 8 bytes.
  struct Place {
    private let bits: UInt64

    /// - Parameters:
    ///   - block: below 2^28.
    ///   - offset: below 2^18.
    ///   - length: below 2^14.
    init(block: Int, offset: Int, length: Int, kind: FileKind) {
      bits = UInt64(block) << 36 | UInt64(offset) << 18 | UInt64(length) << 4 | UInt64(kind.number)
    }

    var block: Int { Int(bits >> 36) }
    var offset: Int { Int(bits >> 18 & 0x3FFFF) }
    var length: Int { Int(bits >> 4 & 0x3FFF) }
    var kind: FileKind { FileKind(number: UInt8(bits & 15)) }
  }

  /// Bytes of the first block: most folders have few names, and many folders may be open at once on the way down.
  private static let smallestBlock = 1 << 11
  private static let largestBlock = 1 << 18
  /// Longer than any path that a system call takes; what is longer is cut, and found vanished.
  private static let maximumLength = (1 << 14) - 1

  private var blocks: [UnsafeMutableRawBufferPointer] = []
  /// Bytes of the last block.
  private var used = 0

  deinit {
    for block in blocks { block.deallocate() }
  }

  func add(_ name: UnsafeRawBufferPointer, _ kind: FileKind) -> Place {
    let length = min(name.count, Self.maximumLength)
    if used + length + 1 > blocks.last?.count ?? 0 {
      let size = min(max(4 * (blocks.last?.count ?? 0), Self.smallestBlock), Self.largestBlock)
      blocks.append(.allocate(byteCount: max(size, length + 1), alignment: 1))
      used = 0
    }
    let place = Place(block: blocks.count - 1, offset: used, length: length, kind: kind)
    let block = blocks[place.block]
    UnsafeMutableRawBufferPointer(rebasing: block[used..<used + length]).copyMemory(
      from: UnsafeRawBufferPointer(rebasing: name[..<length]))
    block[used + length] = Self.terminator(kind)
    used += length + 1
    return place
  }

  func changing(_ place: Place, to kind: FileKind) -> Place {
    blocks[place.block][place.offset + place.length] = Self.terminator(kind)
    return Place(block: place.block, offset: place.offset, length: place.length, kind: kind)
  }

  func name(_ place: Place) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: blocks[place.block][place.offset..<place.offset + place.length])
  }

  /// The name and its terminator, so that comparing needs no case for folders.
  func terminated(_ place: Place) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: blocks[place.block][place.offset...place.offset + place.length])
  }

  private static func terminator(_ kind: FileKind) -> UInt8 { kind == .directory ? UInt8(ascii: "/") : 0 }
}
