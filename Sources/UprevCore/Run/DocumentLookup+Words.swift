import UprevReport

// Every English sentence about a document that is asked for and not there, and only here.

extension TargetError {
  static func noDocument(folder: PathName) -> TargetError {
    TargetError(code: .readFailed, message: "“\(folder)” is a folder; name one document in it.")
  }

  static func noDocument(archive: PathName) -> TargetError {
    TargetError(
      code: .readFailed, message: "“\(archive)” is an archive; name one of its entries: “\(archive):ENTRY”.")
  }

  static func noArchive(_ path: PathName) -> TargetError {
    TargetError(code: .readFailed, message: "“\(path)” is no archive, so that it has no entries.")
  }

  static func noEntry(_ entry: PathName, in target: PathName) -> TargetError {
    TargetError(
      code: .readFailed, message: "“\(target)” has no entry “\(entry)”; `uprev migrate --dry-run -v` lists them.")
  }
}
