extension GlobError: CustomStringConvertible {
  /// One sentence: what is wrong and what to write instead.
  public var description: String {
    let remedy =
      switch problem {
      case .empty: "a glob matches at least one byte; write `*` for every file"
      case .negated: "a `!` in front is not supported; write `\\!` for a name that begins with it"
      case .folder: "a glob that ends in `/` matches no document; write `**` behind it for everything in the folder"
      case .emptyComponent: "there is nothing between two slashes"
      case .dots: "`.` and `..` are never part of a document's path"
      case .unclosedSet: "`[` has no `]` before the next `/`; write `\\[` for the byte itself"
      case .reversedRange: "the range ends before it begins"
      case .namedSet: "named sets such as `[:alpha:]` are not supported; write the range"
      case .unfinishedEscape: "nothing follows the last `\\`; write `\\\\` for the byte itself"
      case .escapedSlash: "a `/` cannot be escaped; it always separates components"
      }
    return "glob `\(pattern)`, byte \(offset + 1): \(remedy)"
  }
}
