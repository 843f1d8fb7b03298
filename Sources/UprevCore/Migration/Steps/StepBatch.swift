import LosslessJSON

/// Documents of one format on their way through the steps of one migration, and the places in them at which the next step
/// works: each document's root, or what `each` has reached.
struct StepBatch: Sendable {
  /// One document, and what went wrong with it.
  struct Item: Sendable {
    var document: IndexedJSON
    /// Set once; a document that failed is left out of everything that follows.
    var failure: StepFailure?
  }

  /// In the order in which they were given.
  private(set) var items: [Item]
  /// How a changed document is read again.
  let options: JSONReadingOptions

  /// - Parameter documents: each with its root as the one place.
  init(_ documents: [IndexedJSON], options: JSONReadingOptions) {
    items = documents.map { Item(document: $0) }
    self.options = options
  }

  /// The values at the places of all documents that have not failed, document by document.
  var values: [JSONValue] {
    items.compactMap { $0.failure == nil ? $0.document.root : nil }
  }

  /// Makes changes at the places: one answer for each of ``values``, in the same order.
  ///
  /// The splices of one document are made together, and what comes out is read again, once. One failure among a document's
  /// places fails the document.
  mutating func apply(_ changes: [Result<[JSONSplice], StepFailure>]) {
    var next = changes.makeIterator()
    for index in items.indices where items[index].failure == nil {
      guard let change = next.next() else { return }
      do throws(StepFailure) {
        let splices = try change.get()
        if splices.isEmpty { continue }
        items[index].document = try items[index].document.reread(with: splices, options)
      } catch {
        items[index].failure = error
      }
    }
  }
}

extension IndexedJSON {
  fileprivate func reread(
    with splices: [JSONSplice], _ options: JSONReadingOptions
  ) throws(StepFailure) -> IndexedJSON {
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
}
