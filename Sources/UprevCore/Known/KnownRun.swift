import UprevReport

/// What one run finds, and leaves, of which documents are known to be current.
struct KnownRun {
  private let store: any KnownStore
  private let context: [UInt8]
  private let goals: [FormatVersion]
  private let options: RunOptions
  private let clock: any RunClock

  init(
    _ store: any KnownStore, _ options: RunOptions, tool: (name: String, version: String), clock: any RunClock
  ) {
    self.store = store
    self.options = options
    self.clock = clock
    var context = KnownContext(options, tool: tool)
    self.context = context.digest()
    let formats = options.pipelines.flatMap(\.formats)
    goals = formats.indices.map { options.targetVersions.goal(of: $0, in: formats) }
  }

  /// What is known of a target that is a tree.
  ///
  /// - Returns: nil for what is none, and where the store does not answer: then every document is read.
  func tree(_ target: JournalTarget, warn: WarningSink) -> KnownTree? {
    let now = clock.now()
    guard target.kind == .tree, let known = open(target, at: now, warn: warn) else { return nil }
    // A report that lists every document has the hash of each, and so each is read.
    let trusts = !options.readsEverything && !options.listsEveryDocument && !known.ranges.isEmpty
    let makeLookup = { [goals, maximumSize = options.maximumDocumentSize] in
      trusts ? KnownLookup(known, goals: goals, maximumSize: maximumSize, begun: now) : nil
    }
    return KnownTree(
      lookup: makeLookup(), makeLookup: makeLookup,
      recorder: KnownRecorder(known, goals: goals, begun: now, clock: clock))
  }

  /// What is known of a target that is an archive.
  ///
  /// - Parameter isHeard: whether somebody is told of each document by itself.
  /// - Returns: nil for what is none, and where the store does not answer: then it is read.
  func archive(
    _ target: JournalTarget, _ container: any Container, isHeard: Bool, warn: WarningSink
  ) -> KnownArchiveRun? {
    let now = clock.now()
    guard target.kind == .archive, var file = container.knowableFile, let known = open(target, at: now, warn: warn)
    else { return nil }
    file.conditions += " \(options.maximumDocumentSize)"
    return KnownArchiveRun(
      known, file, goals: goals, trusts: !options.readsEverything && !options.listsEveryDocument && !isHeard,
      begun: now, clock: clock)
  }

  private func open(_ target: JournalTarget, at time: Timestamp, warn: WarningSink) -> (any KnownTarget)? {
    do throws(JournalError) {
      return try store.target(target.resolvedPath, context: context, at: time)
    } catch {
      warn(.notRemembered(error))
      return nil
    }
  }
}

/// What is known of one tree.
struct KnownTree {
  /// For the reader; nil where every document is to be read.
  let lookup: KnownLookup?
  /// One for each reading of the tree before that: a lookup goes through it once.
  var makeLookup: () -> KnownLookup? = { nil }
  /// For the thread to which decisions come when they are final.
  let recorder: KnownRecorder

  /// - Parameter isComplete: whether the whole tree was read.
  func finish(isComplete: Bool, warn: WarningSink) {
    recorder.finish(isComplete: isComplete)
    if let failure = lookup?.failure ?? recorder.failure { warn(.notRemembered(failure)) }
  }
}
