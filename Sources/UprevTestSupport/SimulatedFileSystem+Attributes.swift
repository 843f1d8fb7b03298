import Foundation
import UprevCore
import UprevReport

extension SimulatedFileSystem {
  public func setMode(_ file: OpenFile, _ mode: UInt32) throws(FileSystemError) {
    try change("fchmod", file) { $0.mode = mode }
  }

  public func setOwner(_ file: OpenFile, user: UInt32, group: UInt32) throws(FileSystemError) {
    try change("fchown", file) { node in
      node.user = user
      node.group = group
      if node.kind != .directory { node.mode &= node.mode & 0o010 != 0 ? ~0o6000 : ~0o4000 }
    }
  }

  public func setTimes(
    _ name: PathName, in directory: OpenFile?, access: FileTime, modification: FileTime
  ) throws(FileSystemError) {
    try perform("utimensat", name) { volume throws(SimulatedVolume.Failure) in
      volume.update(try existing(name, directory, follows: false, volume), isData: false) { node in
        node.access = access
        node.modification = modification
      }
    }
  }

  public func setOwner(
    _ name: PathName, in directory: OpenFile?, user: UInt32, group: UInt32
  ) throws(FileSystemError) {
    try perform("fchownat", name) { volume throws(SimulatedVolume.Failure) in
      volume.update(try existing(name, directory, follows: false, volume), isData: false) { node in
        node.user = user
        node.group = group
      }
    }
  }

  public func extendedAttributes(of file: OpenFile) throws(FileSystemError) -> [ExtendedAttribute] {
    try perform("flistxattr") { volume throws(SimulatedVolume.Failure) in
      try volume.node(try description(file).node).attributes
    }
  }

  public func setExtendedAttribute(
    _ attribute: ExtendedAttribute, of file: OpenFile
  ) throws(FileSystemError) {
    try change("fsetxattr", file) { node in
      node.attributes.removeAll { $0.name == attribute.name }
      node.attributes.append(attribute)
    }
  }

  public func removeExtendedAttribute(_ name: [UInt8], of file: OpenFile) throws(FileSystemError) {
    try perform("fremovexattr") { volume throws(SimulatedVolume.Failure) in
      let id = try description(file).node
      guard try volume.node(id).attributes.contains(where: { $0.name == name }) else {
        throw SimulatedVolume.Failure(ENODATA)
      }
      volume.update(id, isData: false) { node in node.attributes.removeAll { $0.name == name } }
    }
  }

  public func flags(of file: OpenFile) throws(FileSystemError) -> UInt32? {
    try perform("ioctl") { volume throws(SimulatedVolume.Failure) in
      try volume.node(try description(file).node).flags
    }
  }

  public func setFlags(_ flags: UInt32, of file: OpenFile) throws(FileSystemError) {
    try change("ioctl", file) { $0.flags = flags }
  }

  public func fileSystemStatus(of file: OpenFile) throws(FileSystemError) -> FileSystemStatus {
    try perform("fstatfs") { _ throws(SimulatedVolume.Failure) in
      _ = try description(file)
      return FileSystemStatus(kind: .local, freeBytes: 1 << 40, freeInodes: 1 << 20, reportsFlushErrors: true)
    }
  }

  public func clone(_ source: OpenFile, to destination: OpenFile) throws(FileSystemError) {
    try perform("ioctl") { _ throws(SimulatedVolume.Failure) in
      _ = try description(source)
      _ = try description(destination)
      throw SimulatedVolume.Failure(EOPNOTSUPP)
    }
  }

  private func change(
    _ call: String, _ file: OpenFile, _ body: (inout SimulatedVolume.Node) -> Void
  ) throws(FileSystemError) {
    try perform(call) { volume throws(SimulatedVolume.Failure) in
      volume.update(try description(file).node, isData: false, body)
    }
  }
}
