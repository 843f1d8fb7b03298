import Foundation
import UprevCore
import UprevReport

extension SimulatedFileSystem {
  public func status(of file: OpenFile) throws(FileSystemError) -> FileStatus {
    try perform("fstat") { volume throws(SimulatedVolume.Failure) in
      try volume.status(of: try description(file).node)
    }
  }

  public func status(
    of name: PathName, in directory: OpenFile?, followingLinks: Bool
  ) throws(FileSystemError) -> FileStatus {
    try perform("fstatat", name) { volume throws(SimulatedVolume.Failure) in
      try volume.status(of: try existing(name, directory, follows: followingLinks, volume))
    }
  }

  public func forEachName(
    in directory: OpenFile, _ body: (UnsafeRawBufferPointer, FileKind?) -> Void
  ) throws(FileSystemError) {
    let names = try perform("readdir") { volume throws(SimulatedVolume.Failure) in
      let node = try volume.node(try description(directory).node)
      guard node.kind == .directory else { throw SimulatedVolume.Failure(ENOTDIR) }
      // In no order that anybody might count on, and the same each time.
      return node.entries.sorted { $0.key > $1.key }.map { ($0.key, volume.nodes[$0.value]?.kind) }
    }
    for (name, kind) in names { name.bytes.withUnsafeBytes { body($0, kind) } }
  }

  public func makeDirectory(_ name: PathName, in directory: OpenFile?, mode: UInt32) throws(FileSystemError) {
    try perform("mkdirat", name) { volume throws(SimulatedVolume.Failure) in
      let place = try absent(name, directory, volume)
      _ = try volume.create(.directory, place.name, in: place.folder, mode: mode & ~0o022)
    }
  }

  public func makeSymbolicLink(
    _ name: PathName, in directory: OpenFile?, to destination: PathName
  ) throws(FileSystemError) {
    try perform("symlinkat", name) { volume throws(SimulatedVolume.Failure) in
      if destination.bytes.isEmpty { throw SimulatedVolume.Failure(ENOENT) }
      let place = try absent(name, directory, volume)
      _ = try volume.create(.symbolicLink, place.name, in: place.folder, mode: 0o777) {
        $0.destination = destination
      }
    }
  }

  public func symbolicLinkDestination(
    _ name: PathName, in directory: OpenFile?
  ) throws(FileSystemError) -> PathName {
    try perform("readlinkat", name) { volume throws(SimulatedVolume.Failure) in
      let node = try volume.node(try existing(name, directory, follows: false, volume))
      guard node.kind == .symbolicLink else { throw SimulatedVolume.Failure(EINVAL) }
      return node.destination
    }
  }

  public func makeHardLink(
    _ name: PathName, in directory: OpenFile?, to existing: PathName, in existingDirectory: OpenFile?
  ) throws(FileSystemError) {
    try perform("linkat", name) { volume throws(SimulatedVolume.Failure) in
      let node = try self.existing(existing, existingDirectory, follows: false, volume)
      let place = try absent(name, directory, volume)
      if volume.nodes[node]?.kind == .directory { throw SimulatedVolume.Failure(EPERM) }
      guard let above = volume.nodes[place.folder], above.links > 0 else { throw SimulatedVolume.Failure(ENOENT) }
      volume.change([(place.folder, place.name, node)])
    }
  }

  public func makeNode(
    _ name: PathName, in directory: OpenFile?, like status: FileStatus
  ) throws(FileSystemError) {
    try perform("mknodat", name) { volume throws(SimulatedVolume.Failure) in
      let place = try absent(name, directory, volume)
      _ = try volume.create(status.kind, place.name, in: place.folder, mode: status.mode & ~0o022) {
        $0.represented = status.representedDevice
      }
    }
  }

  public func rename(
    _ name: PathName, in directory: OpenFile?, to newName: PathName, in newDirectory: OpenFile?, _ mode: RenameMode
  ) throws(FileSystemError) {
    try perform(mode == .replacing ? "renameat" : "renameat2", name) { volume throws(SimulatedVolume.Failure) in
      let old = try volume.resolve(name, from: try start(directory), follows: false)
      let new = try volume.resolve(newName, from: try start(newDirectory), follows: false)
      try volume.rename(old, to: new, mode)
    }
  }

  public func unlink(_ name: PathName, in directory: OpenFile?) throws(FileSystemError) {
    try perform("unlinkat", name) { volume throws(SimulatedVolume.Failure) in
      let place = try volume.resolve(name, from: try start(directory), follows: false)
      guard let node = place.node else { throw SimulatedVolume.Failure(ENOENT) }
      if volume.nodes[node]?.kind == .directory { throw SimulatedVolume.Failure(EISDIR) }
      volume.change([(place.folder, place.name, nil)])
    }
  }

  public func removeDirectory(_ name: PathName, in directory: OpenFile?) throws(FileSystemError) {
    try perform("rmdir", name) { volume throws(SimulatedVolume.Failure) in
      let place = try volume.resolve(name, from: try start(directory), follows: false)
      guard let id = place.node else { throw SimulatedVolume.Failure(ENOENT) }
      let node = try volume.node(id)
      guard node.kind == .directory else { throw SimulatedVolume.Failure(ENOTDIR) }
      if place.name.bytes.isEmpty { throw SimulatedVolume.Failure(EINVAL) }
      if !node.entries.isEmpty { throw SimulatedVolume.Failure(ENOTEMPTY) }
      volume.change([(place.folder, place.name, nil)])
    }
  }

  public func resolved(_ name: PathName) throws(FileSystemError) -> PathName {
    try perform("realpath", name) { volume throws(SimulatedVolume.Failure) in try volume.resolved(name) }
  }

  /// What has a name.
  func existing(
    _ name: PathName, _ directory: OpenFile?, follows: Bool, _ volume: SimulatedVolume
  ) throws(SimulatedVolume.Failure) -> Int {
    guard let node = try volume.resolve(name, from: try start(directory), follows: follows).node else {
      throw SimulatedVolume.Failure(ENOENT)
    }
    return node
  }

  /// A place that nothing has.
  private func absent(
    _ name: PathName, _ directory: OpenFile?, _ volume: SimulatedVolume
  ) throws(SimulatedVolume.Failure) -> SimulatedVolume.Place {
    let place = try volume.resolve(name, from: try start(directory), follows: false)
    if place.node != nil { throw SimulatedVolume.Failure(EEXIST) }
    return place
  }
}
