import Foundation
import UprevCore
import UprevReport

extension SimulatedVolume {
  /// Where a path leads: the folder and the last name in it, and what has that name.
  struct Place {
    var folder: Int
    /// Empty for the folder itself.
    var name: PathName
    var node: Int?
  }

  /// - Parameters:
  ///   - follows: whether a symbolic link at the end is followed; in the middle they always are.
  ///   - beneath: refuses every link and what leads out of the folder.
  func resolve(
    _ path: PathName, from start: Int?, follows: Bool, beneath: Bool = false
  ) throws(Failure) -> Place {
    var links = 0
    return try resolve(path, from: start ?? Self.root, follows, beneath, &links)
  }

  private func resolve(
    _ path: PathName, from start: Int, _ follows: Bool, _ beneath: Bool, _ links: inout Int
  ) throws(Failure) -> Place {
    if path.bytes.isEmpty { throw Failure(ENOENT) }
    let slash = UInt8(ascii: "/")
    let isAbsolute = path.bytes.first == slash
    if isAbsolute, beneath { throw Failure(EXDEV) }
    var folder = isAbsolute ? Self.root : start
    let components = path.bytes.split(separator: slash).map { PathName($0) }
    var place = Place(folder: folder, name: PathName(""), node: folder)
    for (index, name) in components.enumerated() {
      if name.bytes.count > 255 { throw Failure(ENAMETOOLONG) }
      guard let above = nodes[folder] else { throw Failure(ENOENT) }
      guard above.kind == .directory else { throw Failure(ENOTDIR) }
      let isLast = index == components.count - 1
      if name == PathName(".") {
        place = Place(folder: folder, name: PathName(""), node: folder)
        continue
      }
      if name == PathName("..") {
        if beneath, folder == start { throw Failure(EXDEV) }
        folder = above.parent
        place = Place(folder: folder, name: PathName(""), node: folder)
        continue
      }
      place = Place(folder: folder, name: name, node: above.entries[name])
      if let id = place.node, nodes[id]?.kind == .symbolicLink, !isLast || follows || beneath {
        if beneath { throw Failure(ELOOP) }
        links += 1
        if links > 40 { throw Failure(ELOOP) }
        place = try resolve(nodes[id]?.destination ?? PathName(""), from: folder, true, false, &links)
      }
      if isLast { break }
      guard let next = place.node else { throw Failure(ENOENT) }
      guard nodes[next]?.kind == .directory else { throw Failure(ENOTDIR) }
      folder = next
    }
    return place
  }

  /// `realpath(3)`
  func resolved(_ path: PathName) throws(Failure) -> PathName {
    guard let id = try resolve(path, from: nil, follows: true).node else { throw Failure(ENOENT) }
    var parts: [PathName] = []
    var place = try resolve(path, from: nil, follows: true)
    if nodes[id]?.kind != .directory {
      parts.append(place.name)
    } else {
      place.folder = id
    }
    var folder = place.folder
    while folder != Self.root, let parent = nodes[folder]?.parent {
      if let name = nodes[parent]?.entries.first(where: { $0.value == folder })?.key { parts.append(name) }
      folder = parent
    }
    return PathName("/" + parts.reversed().map(\.description).joined(separator: "/"))
  }

  /// `renameat2(2)`
  mutating func rename(_ old: Place, to new: Place, _ mode: RenameMode) throws(Failure) {
    guard let moved = old.node else { throw Failure(ENOENT) }
    if old.name.bytes.isEmpty || new.name.bytes.isEmpty { throw Failure(EBUSY) }
    guard let above = nodes[new.folder], above.links > 0 else { throw Failure(ENOENT) }
    let isFolder = nodes[moved]?.kind == .directory
    if mode == .exclusive, new.node != nil { throw Failure(EEXIST) }
    if mode == .exchanging, new.node == nil { throw Failure(ENOENT) }
    if isFolder, isInside(new.folder, moved) { throw Failure(EINVAL) }
    if mode == .exchanging {
      guard let other = new.node else { throw Failure(ENOENT) }
      if nodes[other]?.kind == .directory, isInside(old.folder, other) { throw Failure(EINVAL) }
      if moved != other { change([(old.folder, old.name, other), (new.folder, new.name, moved)]) }
      return
    }
    if let replaced = new.node {
      if replaced == moved { return }
      let replacedIsFolder = nodes[replaced]?.kind == .directory
      if isFolder, !replacedIsFolder { throw Failure(ENOTDIR) }
      if replacedIsFolder, isInside(old.folder, replaced) { throw Failure(ENOTEMPTY) }
      if !isFolder, replacedIsFolder { throw Failure(EISDIR) }
      if let entries = nodes[replaced]?.entries, !entries.isEmpty { throw Failure(ENOTEMPTY) }
    }
    change([(old.folder, old.name, nil), (new.folder, new.name, moved)])
  }

  /// Whether a folder is another, or below it.
  private func isInside(_ folder: Int, _ other: Int) -> Bool {
    var id = folder
    while true {
      if id == other { return true }
      if id == Self.root { return false }
      guard let parent = nodes[id]?.parent else { return false }
      id = parent
    }
  }

  func status(of id: Int) throws(Failure) -> FileStatus {
    let node = try node(id)
    var links = UInt64(max(node.links, 0))
    if node.kind == .directory {
      // An empty folder has two: its name and `.`; each folder in it is one more.
      let inside = node.entries.values.filter { nodes[$0]?.kind == .directory }.count
      links = node.links > 0 ? UInt64(2 + inside) : 0
    }
    let size = node.kind == .symbolicLink ? node.destination.bytes.count : node.data.count
    return FileStatus(
      kind: node.kind, device: 7, inode: node.number, mode: node.mode, linkCount: links, user: node.user,
      group: node.group, representedDevice: node.represented, size: Int64(size), access: node.access,
      modification: node.modification, change: node.change)
  }
}
