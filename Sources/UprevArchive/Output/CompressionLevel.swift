import UprevCore
import UprevReport

extension ArchiveFilter {
  /// The levels that the compressor takes, those of its command: on its own scale, so that no number means the same to two of
  /// them. bzip2's are sizes of its blocks, in 100 kB.
  var levels: ClosedRange<Int> {
    switch self {
    case .gzip: 1...12
    case .zstd: 1...22
    case .xz: 0...9
    case .bzip2, .lz4: 1...9
    }
  }

  /// The default of the compressor's command, so that an archive of which nobody knows the level keeps its size.
  var defaultLevel: Int {
    switch self {
    case .gzip, .xz: 6
    case .zstd: 3
    case .bzip2: 9
    case .lz4: 1
    }
  }

  /// Threads that compress.
  ///
  /// No compressor's output depends on their number, but that zstd on one makes other bytes than on several.
  func threads(_ options: ContainerWriteOptions) -> Int {
    let side = min(options.sideThreads, Self.mostThreads)
    switch self {
    // One more than can run at once keeps all of them busy while the caller waits for the oldest.
    case .gzip: return options.compression.threads ?? (side < 1 ? 0 : side + 1)
    // It keeps up with everything else at its usual level, and several need forty megabytes more to hand work to each other.
    case .zstd: return options.compression.threads ?? 1
    // What else there is to do is nothing beside it.
    case .xz: return options.compression.threads ?? max(1, side)
    case .bzip2, .lz4: return 1
    }
  }

  private static let mostThreads = 64

  /// Why nothing can be compressed so; nil where it can.
  func refusal(of compression: Compression, _ archive: PathName) -> TargetError? {
    guard let level = compression.level, !levels.contains(level) else { return nil }
    return ArchiveWords.levelOutOfRange(archive, self, level)
  }
}

extension ArchiveContainerOpener {
  /// The levels of compression that some archive takes.
  public static var compressionLevels: ClosedRange<Int> {
    let levels = ArchiveFilter.allCases.map(\.levels)
    return (levels.map(\.lowerBound).min() ?? 0)...(levels.map(\.upperBound).max() ?? 0)
  }

  /// Why no archive can be written at `output` with this compression: a level that its filter does not take
  /// (`archive-unsupported`).
  public func refusal(of compression: Compression, for output: PathName) -> TargetError? {
    ArchiveName(of: output)?.filter?.refusal(of: compression, output)
  }
}
