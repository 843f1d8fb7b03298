import LosslessJSON

/// Gives each value to a program as one line, and takes the line that it answers. What the two have in common keeps its bytes.
struct ExecStep: Step {
  let command: ProgramCommand
  /// Nil where the run allows no programs.
  let runner: (any ProgramRunner)?
  /// Whether the format has `NaN` and infinities.
  let allowsNonFinite: Bool

  var runsPrograms: Bool { true }

  func apply(to batch: inout StepBatch) {
    let values = batch.values
    if values.isEmpty { return }
    guard let runner else {
      batch.apply(values.map { .failure(.program(.notAllowed, command, said: "", at: $0)) })
      return
    }
    let replies = runner.run(command, on: values, allowsNonFinite: allowsNonFinite)
    batch.note(replies.map { $0.said.isEmpty ? nil : StepNote(program: command.words, said: $0.said) })
    batch.apply(zip(values, replies).map { value, reply in splices(reply, for: value) })
  }

  private func splices(_ reply: ProgramReply, for value: JSONValue) -> Result<[JSONSplice], StepFailure> {
    do throws(StepFailure) {
      switch reply.result {
      case .success(let answer): return .success(try ValueMerge.splices(of: answer, into: value))
      case .failure(let failure): throw .program(failure, command, said: reply.said, at: value)
      }
    } catch {
      return .failure(error)
    }
  }
}

/// What a program wrote to standard error while it worked for a document.
struct StepNote: Hashable, Sendable {
  var program: [String]
  var said: String
}
