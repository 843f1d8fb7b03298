import ArgumentParser
import UprevCore
import UprevReport

/// Checks the place that `--output` names before anything is written.
struct OutputPlace {
  let output: PathName
  let target: PathName
  let fileSystem: any FileSystem
  let openers: [any ContainerOpener]

  /// - Throws: ``ValidationError`` where something is there already, where it lies inside the target, or where no copy of
  ///   that kind can be made of the target.
  func check() throws {
    if let status = try? fileSystem.status(of: output, in: nil, followingLinks: false) {
      throw ValidationError(
        "--output '\(Terminal.printable(output))': a \(Words.kind(status.kind)) is there already; choose another path.")
    }
    // A target that cannot be opened is the run's to report.
    guard let container = try? openers.lazy.compactMap({ try $0.open(target) }).first else { return }
    guard openers.contains(where: { $0.canCopy(container.kind, to: output) }) else {
      throw ValidationError(
        "--output '\(Terminal.printable(output))': from an archive only an archive is made; give it a suffix such as "
          + ".tar.zst.")
    }
    if container.kind == .tree, let inside = try? isInsideTarget(), inside {
      throw ValidationError(
        "--output '\(Terminal.printable(output))' lies inside the target; choose a path outside of it.")
    }
  }

  private func isInsideTarget() throws -> Bool {
    let target = try fileSystem.resolved(target)
    let folder = output.bytes.lastIndex(of: 0x2F).map { Array(output.bytes[..<max($0, 1)]) } ?? [0x2E]
    let place = try fileSystem.resolved(PathName(folder))
    return place.bytes == target.bytes || place.bytes.starts(with: target.bytes + [0x2F]) || target.bytes == [0x2F]
  }
}
