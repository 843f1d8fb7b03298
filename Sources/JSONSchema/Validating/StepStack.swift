/// The steps of one validation. An array would be asked at each step whether somebody else has it too.
///
/// Whoever makes one deallocates it; it is never copied meanwhile.
struct StepStack {
  private var steps: UnsafeMutablePointer<Validation.Step>
  private var capacity: Int
  private(set) var count = 0

  init(capacity: Int) {
    self.capacity = capacity
    steps = UnsafeMutablePointer.allocate(capacity: capacity)
  }

  func deallocate() { steps.deallocate() }

  @inline(__always)
  mutating func append(_ step: Validation.Step) {
    if count == capacity { grow() }
    (steps + count).initialize(to: step)
    count += 1
  }

  /// There must be one.
  @inline(__always)
  mutating func removeLast() -> Validation.Step {
    count -= 1
    return steps[count]
  }

  /// - Parameter count: not above the steps that there are.
  mutating func removeAll(from count: Int) { self.count = count }

  /// Turns the order of the last steps round.
  @inline(__always)
  mutating func reverse(from start: Int) {
    var (first, last) = (start, count - 1)
    while first < last {
      let step = steps[first]
      steps[first] = steps[last]
      steps[last] = step
      first += 1
      last -= 1
    }
  }

  @inline(never)
  private mutating func grow() {
    let larger = UnsafeMutablePointer<Validation.Step>.allocate(capacity: capacity * 2)
    larger.moveInitialize(from: steps, count: count)
    steps.deallocate()
    steps = larger
    capacity *= 2
  }
}
