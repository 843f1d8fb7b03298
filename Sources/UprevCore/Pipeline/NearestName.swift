/// Finds what somebody probably meant.
public enum NearestName {
  /// The candidate with the fewest edits, if those are few enough for a slip: up to a third of the longer name's
  /// characters. The first of equally near ones.
  ///
  /// An edit inserts, deletes or replaces one character, or swaps two neighbours.
  public static func find(_ name: String, among candidates: some Sequence<String>) -> String? {
    let wanted = Array(name)
    // No key or pipeline has so long a name, and the comparison's time grows with its square.
    guard wanted.count <= 64 else { return nil }
    var best: (candidate: String, distance: Int)?
    for candidate in candidates {
      let letters = Array(candidate)
      let most = max(wanted.count, letters.count) / 3
      guard letters.count <= 64, abs(wanted.count - letters.count) <= most else { continue }
      let distance = distance(wanted, letters)
      guard distance <= most, distance > 0 else { continue }
      if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.candidate
  }

  /// The optimal string alignment distance.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var beforePrevious: [Int] = []
    var previous = Array(0...right.count)
    for row in left.indices {
      var current = [row + 1]
      for column in right.indices {
        var least = min(previous[column + 1], current[column]) + 1
        least = min(least, previous[column] + (left[row] == right[column] ? 0 : 1))
        if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
          least = min(least, beforePrevious[column - 1] + 1)
        }
        current.append(least)
      }
      beforePrevious = previous
      previous = current
    }
    return previous[right.count]
  }
}
