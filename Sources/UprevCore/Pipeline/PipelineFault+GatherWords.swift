// What is wrong with what a pipeline says of gathering and of programs: the rest of PipelineFault+Words.swift.

extension PipelineProblem {
  static func tooManyNames(_ most: Int) -> PipelineProblem {
    PipelineProblem(kind: .wrongValue, message: "`gather` has more than \(most) names; no migration needs so many")
  }

  static func invalidGatherName(_ name: String) -> PipelineProblem {
    PipelineProblem(
      kind: .wrongValue,
      message:
        "`\(name)` is no name that a jq program can write behind `$gather.`; take letters, digits and `_`, no digit "
        + "first, at most 64")
  }

  static func tooManyQuantiles(_ most: Int) -> PipelineProblem {
    PipelineProblem(kind: .wrongValue, message: "`of` has more than \(most) quantiles; divide them into two names")
  }

  static func invalidQuantile(found: YAMLNode) -> PipelineProblem {
    PipelineProblem(
      kind: .wrongValue, message: "a quantile is a number from 0 to 1 with at most nine places after the point")
  }

  static func notInRange(_ what: String, _ range: ClosedRange<Int>, found: YAMLNode) -> PipelineProblem {
    PipelineProblem(
      kind: .wrongValue, message: "\(what) is a whole number from \(range.lowerBound) to \(range.upperBound)")
  }

  static func unknownGathered(_ name: String, known: [String], nearest: String?) -> PipelineProblem {
    let remedy =
      known.isEmpty
      ? "the migration has no `gather`; an object with the one member `gather` can be written by a jq step"
      : (nearest.map { "did you mean `\($0)`? " } ?? "") + "it gathers "
        + known.map { "`\($0)`" }.joined(separator: ", ")
    return PipelineProblem(kind: .unknownGathered, message: "nothing is gathered as `\(name)`; \(remedy)")
  }

  static func gatheredOutside(_ path: String) -> PipelineProblem {
    PipelineProblem(
      kind: .invalidGathered,
      message: "`\(path)` is not inside the pipeline's folder; put it there and write a relative path")
  }

  static func gatheredProblem(_ path: String, _ error: PipelineFolderError) -> PipelineProblem {
    let why =
      switch error {
      case .failed(let failure): "cannot be read: \(failure.message(.reading))"
      case .notRegular: "is no regular file"
      case .tooLarge: "has more than \(PipelineFolder.maximumFileSize) bytes"
      case .outside: "is not inside the pipeline's folder"
      }
    return PipelineProblem(kind: .invalidGathered, message: "`\(path)` \(why); `uprev pipeline gather` writes it")
  }

  static func notGatheredFile(_ path: String) -> PipelineProblem {
    PipelineProblem(
      kind: .invalidGathered, message: "`\(path)` is no file of gathered values; `uprev pipeline gather` writes one")
  }

  static func otherDefinition(from: FormatVersion, to: FormatVersion) -> PipelineProblem {
    PipelineProblem(
      kind: .invalidGathered,
      message:
        "the values in the file were gathered for another definition of the migration from \(from) to \(to); gather "
        + "anew with `uprev pipeline gather`, or restore the definition")
  }

  static func gatheredInCondition() -> PipelineProblem {
    PipelineProblem(
      kind: .wrongValue,
      message: "`when` cannot compare with what was gathered; a jq step can (`if .a == $gather.name`)")
  }

  static func zeroInArgument() -> PipelineProblem {
    PipelineProblem(kind: .invalidProgram, message: "no program can be given a text with a null character in it")
  }

  static func programOutside(_ word: String) -> PipelineProblem {
    PipelineProblem(
      kind: .invalidProgram,
      message: "`\(word)` is no file inside the pipeline's folder; put it there, or write an absolute path")
  }

  static func programPathNotUTF8(_ word: String) -> PipelineProblem {
    PipelineProblem(
      kind: .invalidProgram, message: "the path of `\(word)` is not UTF-8; put the pipeline into another folder")
  }

  static func programProblem(_ word: String, _ error: PipelineFolderError) -> PipelineProblem {
    switch error {
    case .failed(let failure):
      PipelineProblem(kind: .invalidProgram, message: "`\(word)` cannot be read: \(failure.message(.reading))")
    case .notRegular: PipelineProblem(kind: .invalidProgram, message: "`\(word)` is no regular file")
    case .tooLarge:
      PipelineProblem(
        kind: .invalidProgram,
        message:
          "`\(word)` has more than \(PipelineFolder.maximumFileSize) bytes; install it, and write its absolute path")
    case .outside: programOutside(word)
    }
  }
}
