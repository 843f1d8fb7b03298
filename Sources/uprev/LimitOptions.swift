import ArgumentParser
import UprevArchive
import UprevCore

/// What protects the machine from hostile input: limits that no honest input meets (`docs/limits.md`).
struct LimitOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Reject larger documents, unread; bytes, or with K, M or G (powers of 1024).", valueName: "size"))
  var maxDocumentSize = ByteCount(bytes: RunOptions.defaultMaximumDocumentSize)

  @Option(help: ArgumentHelp("Reject documents whose arrays and objects are nested more deeply.", valueName: "levels"))
  var maxDepth = RunOptions.defaultMaximumDepth

  @Option(help: ArgumentHelp("Leave alone what has a longer path inside a tree; bytes.", valueName: "size"))
  var maxPathLength = ByteCount(bytes: RunOptions.defaultMaximumPathLength)

  @Option(help: ArgumentHelp("Leave an archive alone that expands to more bytes.", valueName: "size"))
  var maxExpandedSize = ByteCount(bytes: ArchiveLimits().maximumExpandedSize)

  @Option(
    help: ArgumentHelp(
      "Leave an archive alone that expands to more bytes for each of its own, beyond 256M.", valueName: "n"))
  var maxExpansionRatio = ArchiveLimits().maximumExpansionRatio

  @Option(help: ArgumentHelp("Leave an archive alone that has more entries.", valueName: "n"))
  var maxEntries = ArchiveLimits().maximumEntries

  @Option(
    help: ArgumentHelp("Hold at most so many files open; default: as many as the system allows.", valueName: "n"))
  var maxOpenFiles: Int?

  /// Fewer open files than this would not let a run begin.
  private static let fewestOpenFiles = 64

  mutating func validate() throws {
    let greatestDepth = RunOptions.greatestMaximumDepth
    if !(1...greatestDepth).contains(maxDepth) {
      throw ValidationError("--max-depth takes a whole number from 1 to \(greatestDepth), not \(maxDepth).")
    }
    if maxExpansionRatio < 1 {
      throw ValidationError("--max-expansion-ratio takes a whole number from 1 on, not \(maxExpansionRatio).")
    }
    if maxEntries < 0 { throw ValidationError("--max-entries takes no negative number, such as \(maxEntries).") }
    if let maxOpenFiles, maxOpenFiles < Self.fewestOpenFiles {
      throw ValidationError("--max-open-files takes at least \(Self.fewestOpenFiles), not \(maxOpenFiles).")
    }
  }

  /// What an archive may ask for.
  var archiveLimits: ArchiveLimits {
    ArchiveLimits(
      maximumExpandedSize: maxExpandedSize.bytes, maximumExpansionRatio: maxExpansionRatio, maximumEntries: maxEntries)
  }

  func apply(to options: inout RunOptions) {
    options.maximumDocumentSize = maxDocumentSize.bytes
    options.maximumDepth = maxDepth
    options.maximumPathLength = maxPathLength.bytes
    OpenFileLimit.set(maxOpenFiles)
  }
}
