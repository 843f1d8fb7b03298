import UprevReport

/// A folder of a tree, as it was when it was reached: its place, and which folder it is.
///
/// It holds no descriptor (but the root's): a batch of documents may lie in more folders than a process may hold open.
/// ``FolderHandles`` opens it again when it is needed, and only if it is still the same folder.
public final class TreeFolder: @unchecked Sendable {
  /// The folder that holds it; nil for the root. Changed by nobody but the `deinit` of its last owner.
  public private(set) var parent: TreeFolder?
  /// Its name in `parent`; empty for the root.
  public let name: PathName
  /// The folder that it was when it was reached.
  public let identity: FileIdentity
  /// The root's descriptor, open for as long as anything of the tree lives.
  let rootFile: OpenFile?

  /// The root of a tree.
  init(root: OpenFile, status: FileStatus) {
    parent = nil
    name = PathName("")
    identity = status.identity
    rootFile = root
  }

  /// A folder inside a tree.
  init(_ name: PathName, in parent: TreeFolder, status: FileStatus) {
    self.parent = parent
    self.name = name
    identity = status.identity
    rootFile = nil
  }

  deinit {
    // One by one: releasing a chain of thousands of parents recursively would overflow the stack.
    var above = parent
    parent = nil
    while above != nil, isKnownUniquelyReferenced(&above) {
      let next = above?.parent
      above?.parent = nil
      above = next
    }
  }

  /// The highest folder that a chain of folders of the same device connects with this one: a place from which a rename
  /// can reach it.
  var topOfFileSystem: TreeFolder {
    var top = self
    while let above = top.parent, above.identity.device == identity.device { top = above }
    return top
  }

  /// The path inside the target, for messages; empty for the root.
  public var path: PathName {
    var names: [PathName] = []
    var folder = self
    while let above = folder.parent {
      names.append(folder.name)
      folder = above
    }
    return PathName(names.reversed().map(\.bytes).joined(separator: [UInt8(ascii: "/")]))
  }
}
