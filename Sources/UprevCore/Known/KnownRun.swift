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

  /// - Returns: nil for what is no tree, and where the store does not answer: then every document is read.
  func tree(_ target: JournalTarget, warn: WarningSink) -> KnownTree? {
    guard target.kind == .tree else { return nil }
    let now = clock.now()
    let known: any KnownTarget
    do throws(JournalError) {
      known = try store.target(target.resolvedPath, context: context, at: now)
    } catch {
      warn(.notRemembered(error))
      return nil
    }
    // A report that lists every document has the hash of each, and so each is read.
    let trusts = !options.readsEverything && !options.listsEveryDocument && !known.ranges.isEmpty
    return KnownTree(
      lookup: trusts
        ? KnownLookup(known, goals: goals, maximumSize: options.maximumDocumentSize, begun: now) : nil,
      recorder: KnownRecorder(known, goals: goals, begun: now, clock: clock))
  }
}

/// What is known of one tree.
struct KnownTree {
  /// For the reader; nil where every document is to be read.
  let lookup: KnownLookup?
  /// For the thread to which decisions come when they are final.
  let recorder: KnownRecorder

  /// - Parameter isComplete: whether the whole tree was read.
  func finish(isComplete: Bool, warn: WarningSink) {
    recorder.finish(isComplete: isComplete)
    if let failure = lookup?.failure ?? recorder.failure { warn(.notRemembered(failure)) }
  }
}
