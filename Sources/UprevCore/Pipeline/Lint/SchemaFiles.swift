import UprevReport

/// The files under a pipeline's `schemas/`.
struct SchemaFiles {
  /// Names that are looked at.
  private static let maximumCount = 10_000
  private static let maximumDepth = 16

  /// Below the pipeline's folder, sorted by bytes; only names that a pipeline could say. What cannot be listed is passed over:
  /// a schema that is used and cannot be read is a fault.
  private(set) var paths: [String] = []

  init(of pipeline: Pipeline, fileSystem: any FileSystem) {
    guard let root = try? fileSystem.open(pipeline.folder, in: nil, [.readOnly, .directory], mode: 0) else { return }
    var pending = [(path: "schemas", depth: 1)]
    var count = 0
    while let (path, depth) = pending.popLast() {
      guard let folder = try? fileSystem.open(PathName(path), in: root, [.readOnly, .directory, .beneath], mode: 0)
      else { continue }
      var names: [String] = []
      try? fileSystem.forEachName(in: folder) { name, _ in
        count += 1
        guard count <= Self.maximumCount, name.first != UInt8(ascii: ".") else { return }
        if let name = String(validating: Array(name), as: UTF8.self) { names.append(name) }
      }
      for name in names {
        switch (try? fileSystem.status(of: PathName(name), in: folder, followingLinks: false))?.kind {
        case .directory where depth < Self.maximumDepth: pending.append(("\(path)/\(name)", depth + 1))
        case .regular where name.hasSuffix(".json"): paths.append("\(path)/\(name)")
        default: break
        }
      }
    }
    paths.sort { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}
