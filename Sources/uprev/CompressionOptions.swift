import ArgumentParser
import UprevArchive
import UprevCore

/// How archives that a run writes are compressed.
struct CompressionOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Compress archives with this level.",
      discussion: """
        Each compressor has its own levels: gzip 1 to 12 (default 6), zstd 1 to 22 (3), xz 0 to 9 (6), bzip2 1 to 9 (9), lz4 \
        1 to 9 (1). An archive whose compressor does not take the level fails, and is left as it is. It means nothing for \
        trees, single documents and a .tar without compression.
        """,
      valueName: "n"))
  var compressionLevel: Int?

  @Option(
    help: ArgumentHelp(
      "Threads that compress an archive; default: what suits --jobs.",
      discussion: """
        gzip and xz are compressed by several threads, zstd by several if this says so, bzip2 and lz4 by one. The result \
        is the same for any number, but for zstd from two on. Each thread takes memory, 170 MB for xz with its default level. It means nothing for trees, single documents and a \
        .tar without compression.
        """,
      valueName: "n"))
  var compressionThreads: Int?

  private static let mostThreads = 64

  mutating func validate() throws {
    let levels = ArchiveContainerOpener.compressionLevels
    if let compressionLevel, !levels.contains(compressionLevel) {
      throw ValidationError(
        "--compression-level takes a whole number from \(levels.lowerBound) to \(levels.upperBound), not "
          + "\(compressionLevel).")
    }
    if let compressionThreads, !(1...Self.mostThreads).contains(compressionThreads) {
      throw ValidationError(
        "--compression-threads takes a whole number from 1 to \(Self.mostThreads), not \(compressionThreads).")
    }
  }

  func apply(to options: inout RunOptions) {
    options.compression = Compression(level: compressionLevel, threads: compressionThreads)
  }
}
