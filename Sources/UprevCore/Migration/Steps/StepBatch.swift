import LosslessJSON

/// Documents of one format on their way through the steps of one migration, and the places in them at which the next step
/// works: each document's root, or what `each` has reached.
///
/// The places of one document never enclose each other, and a step changes nothing outside them.
struct StepBatch: Sendable {
  /// One document, and what went wrong with it.
  struct Item: Sendable {
    var document: IndexedJSON
    /// Set once; a document that failed is left out of everything that follows, and is as it was before the step.
    var failure: StepFailure?
    /// As the outermost step in progress found it.
    fileprivate var original: IndexedJSON
    /// Bytes that steps may make of the document.
    fileprivate let maximumSize: Int
    /// What programs said while they worked for it.
    fileprivate(set) var notes: [StepNote] = []
    /// What was gathered for it; nil where the migration gathers nothing.
    let gathered: GatheredValues?
  }

  /// In the order in which they were given.
  private(set) var items: [Item]
  /// How a changed document is read again.
  let options: JSONReadingOptions
  /// The places that `each` and `when` have chosen, innermost last: for each document their entries, in the order of the
  /// text. Without any, the place is the root.
  private var places: [[[Int]]] = []

  /// - Parameters:
  ///   - documents: each with its root as the one place.
  ///   - sizes: bytes of each document before any migration; nil where that is what the documents are.
  ///   - gathered: what was gathered for each document; nil where the migration gathers nothing.
  init(
    _ documents: [IndexedJSON], options: JSONReadingOptions, sizes: [Int]? = nil, gathered: [GatheredValues]? = nil
  ) {
    items = documents.enumerated().map { index, document in
      let size = sizes.flatMap { $0.indices.contains(index) ? $0[index] : nil } ?? document.text.count
      return Item(
        document: document, original: document, maximumSize: Self.maximumSize(of: size),
        gathered: gathered.flatMap { $0.indices.contains(index) ? $0[index] : nil })
    }
    self.options = options
  }

  /// The values at the places of all documents that have not failed, document by document.
  var values: [JSONValue] {
    items.indices.flatMap { items[$0].failure == nil ? values(of: $0) : [] }
  }

  /// What was gathered for the document of each of ``values``, in the same order; nil where the migration gathers nothing.
  var gathered: [GatheredValues]? {
    var all: [GatheredValues] = []
    for index in items.indices where items[index].failure == nil {
      guard let gathered = items[index].gathered else { return nil }
      all += Array(repeating: gathered, count: placeCount(of: index))
    }
    return all
  }

  /// Keeps what was said about the documents: one note, or none, for each of ``values``, in the same order.
  mutating func note(_ notes: [StepNote?]) {
    var next = notes.makeIterator()
    for index in items.indices where items[index].failure == nil {
      for _ in 0..<placeCount(of: index) {
        if let note = next.next() ?? nil, items[index].notes.count < Self.mostNotes { items[index].notes.append(note) }
      }
    }
  }

  /// Of one document and one migration.
  private static let mostNotes = 8

  /// Applies a step; a document that it fails in is as it was before the outermost step in progress.
  mutating func perform(_ step: any Step) {
    if places.isEmpty {
      for index in items.indices { items[index].original = items[index].document }
    }
    step.apply(to: &self)
  }

  /// Makes changes at the places: one answer for each of ``values``, in the same order.
  ///
  /// The splices of one document are made together, and what comes out is read again, once. One failure among a document's
  /// places fails the document.
  mutating func apply(_ changes: [Result<[JSONSplice], StepFailure>]) {
    var next = changes.makeIterator()
    for index in items.indices where items[index].failure == nil {
      var splices: [JSONSplice] = []
      var failure: StepFailure?
      for _ in 0..<placeCount(of: index) {
        switch next.next() {
        case .success(let some): splices += some
        case .failure(let first): failure = failure ?? first
        case nil: break
        }
      }
      if let failure {
        fail(index, failure)
      } else {
        change(index, splices)
      }
    }
  }

  /// Makes changes at the places, one after the other; what follows a document's first failure is not asked for.
  ///
  /// - Parameter changes: gets each of ``values`` and the editor of its document, which the changes are to be made with.
  mutating func edit(_ changes: (JSONValue, JSONEditor) throws(StepFailure) -> [JSONSplice]) {
    edit { (place, editor, _, _) throws(StepFailure) in try changes(place, editor) }
  }

  /// As ``edit(_:)``, with a value as it is for the document.
  mutating func edit(
    with value: StepValue, _ changes: (JSONValue, JSONEditor, StepValue) throws(StepFailure) -> [JSONSplice]
  ) {
    guard value.template != nil else {
      return edit { (place, editor, _, _) throws(StepFailure) in try changes(place, editor, value) }
    }
    let gathered = items.map(\.gathered)
    var resolved: (index: Int, value: StepValue)?
    edit { (place, editor, index, _) throws(StepFailure) in
      if let resolved, resolved.index == index { return try changes(place, editor, resolved.value) }
      let now = try value.resolved(gathered[index])
      resolved = (index, now)
      return try changes(place, editor, now)
    }
  }

  /// As ``edit(_:)``, with what was gathered for the document.
  mutating func editGathered(
    _ changes: (JSONValue, JSONEditor, GatheredValues?) throws(StepFailure) -> [JSONSplice]
  ) {
    let gathered = items.map(\.gathered)
    edit { (place, editor, index, _) throws(StepFailure) in try changes(place, editor, gathered[index]) }
  }

  /// As ``edit(_:)``, with the document's number among ``items`` and the place's number in the document: they stay the same
  /// while a step is in progress.
  mutating func edit(_ changes: (JSONValue, JSONEditor, Int, Int) throws(StepFailure) -> [JSONSplice]) {
    for index in items.indices where items[index].failure == nil {
      let editor = JSONEditor(items[index].document)
      var splices: [JSONSplice] = []
      do throws(StepFailure) {
        let room = items[index].maximumSize - items[index].document.text.count
        var growth = 0
        for (number, place) in values(of: index).enumerated() {
          let some = try changes(place, editor, index, number)
          // Before the next one is made: a large value at every place would fill any memory.
          growth += some.growth
          guard growth <= max(room, 0) else { throw .tooLarge(limit: items[index].maximumSize) }
          splices += some
        }
        change(index, splices)
      } catch {
        fail(index, error)
      }
    }
  }

  /// Chooses other places for what `body` does; they must lie inside the present ones, or be them.
  ///
  /// - Parameter choice: gets each of ``values``, and answers those in its stead, in the order of the text.
  mutating func narrowing(
    to choice: (JSONValue) throws(StepFailure) -> [JSONValue], _ body: (inout StepBatch) -> Void
  ) {
    var chosen: [[Int]] = []
    chosen.reserveCapacity(items.count)
    for index in items.indices {
      var entries: [Int] = []
      if items[index].failure == nil {
        do throws(StepFailure) {
          for place in values(of: index) { entries += try choice(place).map(\.entry) }
        } catch {
          fail(index, error)
          entries = []
        }
      }
      chosen.append(entries)
    }
    places.append(chosen)
    body(&self)
    places.removeLast()
  }

  /// Bytes that steps may make of a document of so many: a few copies of everything into itself would fill any memory.
  static func maximumSize(of count: Int) -> Int {
    max(smallestMaximum, count > Int.max / 16 ? Int.max : count * 16)
  }

  /// 4 MiB.
  private static let smallestMaximum = 4 << 20

  private func placeCount(of index: Int) -> Int { places.last?[index].count ?? 1 }

  private func values(of index: Int) -> [JSONValue] {
    let root = items[index].document.root
    return places.last?[index].map { JSONValue(entry: $0, inTextOf: root) } ?? [root]
  }

  private mutating func fail(_ index: Int, _ failure: StepFailure) {
    items[index].document = items[index].original
    items[index].failure = failure.placed(in: items[index].document)
  }

  private mutating func change(_ index: Int, _ splices: [JSONSplice]) {
    if splices.isEmpty { return }
    do throws(StepFailure) {
      let document = try items[index].document.reread(
        with: splices, options, maximumSize: items[index].maximumSize)
      let shifts = OffsetShifts(splices)
      for level in places.indices {
        places[level][index] = try document.entries(
          of: places[level][index], from: items[index].document, shifts)
      }
      items[index].document = document
    } catch {
      fail(index, error)
    }
  }
}

extension IndexedJSON {
  /// - Throws: before anything is written, where the result would be larger than `maximumSize`.
  fileprivate func reread(
    with splices: [JSONSplice], _ options: JSONReadingOptions, maximumSize: Int
  ) throws(StepFailure) -> IndexedJSON {
    let growth = splices.growth
    guard growth <= 0 || text.count + growth <= maximumSize else { throw .tooLarge(limit: maximumSize) }
    let text: JSONText
    do {
      text = try applying(splices)
    } catch {
      throw .changesCollide(error)
    }
    do {
      return try IndexedJSON(scanning: text, options: options)
    } catch {
      throw .invalidResult(error)
    }
  }

  /// Where the values at `entries` of the text before are in this one.
  fileprivate func entries(
    of entries: [Int], from before: IndexedJSON, _ shifts: OffsetShifts
  ) throws(StepFailure) -> [Int] {
    var shifts = shifts
    var found: [Int] = []
    found.reserveCapacity(entries.count)
    for entry in entries {
      let start = JSONValue(entry: entry, inTextOf: before.root).range.lowerBound
      guard let value = value(startingAt: start + shifts.shift(before: start)) else { throw .changedElsewhere() }
      found.append(value.entry)
    }
    return found
  }
}

extension [JSONSplice] {
  /// Bytes that a text is longer for them.
  fileprivate var growth: Int { reduce(0) { $0 + $1.replacement.count - $1.range.count } }
}

/// By how much splices move what stands behind them; asked for ascending offsets.
private struct OffsetShifts {
  private let splices: [JSONSplice]
  private var position = 0
  private var shift = 0

  init(_ splices: [JSONSplice]) {
    self.splices = splices.sorted { $0.range.lowerBound < $1.range.lowerBound }
  }

  /// What begins at an offset is moved by the splices that begin in front of it: those at the offset itself change the value
  /// that begins there.
  mutating func shift(before offset: Int) -> Int {
    while position < splices.count, splices[position].range.lowerBound < offset {
      shift += splices[position].replacement.count - splices[position].range.count
      position += 1
    }
    return shift
  }
}

extension StepFailure {
  /// With line and column, where they are not known yet: of the value that the pointer leads to, or of the last one on the
  /// way there that exists.
  fileprivate func placed(in document: IndexedJSON) -> StepFailure {
    guard line == nil, let pointer else { return self }
    var value = document.root
    for token in pointer.tokens {
      guard let next = value.value(at: JSONPointer(tokens: [token])) else { break }
      value = next
    }
    var failure = self
    failure.line = value.line
    failure.column = value.column
    return failure
  }
}
