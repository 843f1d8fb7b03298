import Foundation
import LosslessJSON
import Synchronization
import Testing
import UprevReport
import UprevTestSupport

@testable import UprevCore

extension JqTests {
  /// Hostile programs, children that die, and what is left of them.
  @Suite struct Children {
    @Test("No child is started before the first program, and one is enough for one thread")
    func lazily() throws {
      let children = try Jq.children()
      #expect(children.startedProcesses.isEmpty)
      for program in [".", ".a = 1", ".a"] {
        try children.check(program)
        _ = children.run(program, on: try Jq.values([#"{"a": 2}"#]), allowsNonFinite: false)
      }
      #expect(children.startedProcesses.count == 1)
      #expect(children.run(".", on: [], allowsNonFinite: false).isEmpty)
    }

    @Test(
      "A program that takes all memory, all time or all stack fails its document alone",
      // A sanitizer's runtime ends a child that gets no memory with an exit status of its own, and makes any of them slow.
      arguments: [
        ("until(false; .)", "longer than 2 seconds"),
        ("[limit(infinite; repeat(1))] | length", "memory|longer|exit status"),
        ("\"x\" * 1e9", "memory|larger|longer|exit status"),
        ("[range(1e9)]", "memory|longer|exit status"), ("def f: 1 + f; f", "memory|stack|longer|exit status"),
        ("reduce range(1e9) as $i (\"\"; . + \"xxxxxxxxxxxxxxxx\")", "memory|longer|exit status"),
        ("reduce range(2e6) as $i (0; [.])", "deeper|stack|memory|longer"), ("empty", "yields no value"),
        ("., .", "more than one value"), ("error(null)", "yields no value"), ("error(\"no\")", "failed: no"),
        ("error({a: 1})", "not a string.*\\{\"a\":1\\}"), ("@base32d", "not a valid format|not be decoded|base32"),
        ("{} | .[\"a\"][0][\"b\"]", "^\\{|Cannot index|null"),
        ("[range(1000000)] | tojson", "larger than|more than|longer"),
        ("\"\\(\"x\" * 1000000)\" * 20", "larger than|longer"), ("nan", "not finite"),
      ])
    func hostile(_ program: String, _ expected: String) throws {
      let children = try Jq.children(JqLimits(seconds: 2, memory: 128 << 20))
      let guarded = "if . == \"bad\" then (\(program)) else {ok: .} end"
      try children.check(guarded)
      let results = try Jq.apply(guarded, to: ["1.0", #""bad""#, "2.0", "3.0"], children).map(\.text)
      #expect(results.count == 4)
      #expect([results[0], results[2], results[3]] == [0, 1, 2].map { "{\n  \"ok\": \($0 + 1).0\n}" })
      #expect(results[1].firstMatch(of: try Regex(expected)) != nil, "\(program): \(results[1])")
    }

    @Test(
      "What depends on the time, the environment or other files is refused when it is compiled",
      arguments: [
        "now", ".a = now", "\"\\(now)\"", "localtime", "strflocaltime(\"%c\")", "env", "env.HOME", "$ENV", "$ENV.HOME",
        "\"\\($ENV.PATH)\"", "$ ENV", "input", "[inputs]", "input_filename", "input_line_number", "halt", "halt_error",
        "halt_error(1)", "import \"a\" as a; .", "include \"/etc/passwd\"; .", "# a\n import \"a\" as a; .",
        "module {}; .", "modulemeta", "get_search_list",
      ])
    func forbidden(_ program: String) throws {
      let children = try Jq.children()
      let error = #expect(throws: JqProgramError.self) { try children.check(program) }
      #expect(error?.message.contains("is not available") == true, "\(error?.message ?? "")")
      #expect(children.startedProcesses.count == 1)
    }

    @Test(
      "Words that only look forbidden are accepted",
      arguments: [
        (".now", "null"), ("{now: 1}.now", "1"), ("\"$ENV\"", "\"$ENV\""), ("# $ENV\n 1", "1"),
        ("def now: 3; now", "3"),
        ("\"import\"", "\"import\""), ("{\"a\": \"\\\"$ENV\"} | .a", "\"\\\"$ENV\""), ("debug", "{}"), ("stderr", "{}"),
        ("$__loc__.line", "1"), ("0 | strftime(\"%Y %s\")", "\"1970 0\""), ("0 | gmtime | mktime", "0"),
        ("\"a\\(1 + (2 | . + 1))b\"", "\"a4b\""),
      ])
    func allowed(_ program: String, _ expected: String) throws {
      let children = try Jq.children()
      try children.check(program)
      #expect(try Jq.apply(program, to: ["{}"], children).map(\.text) == [expected])
    }

    @Test(
      "A text that is no program is refused with jq's words and the line",
      arguments: [
        ("foo", "foo/0 is not defined"), (".\n| bar(1)", "bar/1 is not defined.*line 2"), ("{", "syntax error"),
        (".a = $x", "\\$x is not defined"), ("\u{0}", "null character"),
        (String(repeating: " ", count: 2 << 20), "larger than"),
      ])
    func invalid(_ program: String, _ expected: String) throws {
      let children = try Jq.children()
      let error = #expect(throws: JqProgramError.self) { try children.check(program) }
      #expect(try error?.message.firstMatch(of: Regex(expected)) != nil, "\(error?.message ?? "")")
      try children.check(".")
    }

    @Test("A program that cannot be started, or is another one, is an error and no hang")
    func noChild() throws {
      for (program, words) in [("/nonexistent", "cannot be started"), ("/bin/true", "ended")] {
        let children = JqChildren(launch: .init(program: PathName(program), arguments: []))
        let error = #expect(throws: JqProgramError.self) { try children.check(".") }
        #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
        let results = children.run(".", on: try Jq.values(["1", "2"]), allowsNonFinite: false)
        #expect(results.count == 2)
        #expect(results.allSatisfy { if case .failure(.childEnded) = $0 { true } else { false } })
      }
    }

    @Test("A child killed while it is idle is replaced, and no document fails")
    func killedIdle() throws {
      let children = try Jq.children()
      for _ in 0..<5 {
        let results = try Jq.apply(".a = 1", to: ["{}", "{}"], children).map(\.text)
        #expect(results == Array(repeating: "{\n  \"a\": 1\n}", count: 2))
        let child = try #require(children.startedProcesses.last)
        #expect(kill(pid_t(child), SIGKILL) == 0)
      }
      #expect(children.startedProcesses.count == 5)
    }

    @Test("A document during whose work the child is killed twice fails, and the others of the batch are done")
    func killedAtWork() throws {
      let children = try Jq.children()
      let program = "if . == 2 then until(false; .) else . + 10 end"
      let isDone = Atomic(false)
      let killer = Thread {
        var killed: Set<Int64> = []
        while !isDone.load(ordering: .relaxed) {
          // One second of work is nothing but the endless program's.
          for child in children.startedProcesses where !killed.contains(child) && Jq.seconds(of: child) > 1 {
            killed.insert(child)
            kill(pid_t(child), SIGKILL)
          }
          usleep(20_000)
        }
      }
      killer.start()
      defer { isDone.store(true, ordering: .relaxed) }
      let results = try Jq.apply(program, to: ["1", "2", "3", "4"], children).map(\.text)
      #expect(results[0] == "11")
      #expect(results[1].contains("signal 9"), "\(results[1])")
      #expect(results[2...] == ["13", "14"])
      #expect(children.startedProcesses.count == 3)
    }

    @Test("A child whose end somebody else has waited for is replaced all the same")
    func waitedForElsewhere() throws {
      let children = try Jq.children()
      try children.check(".")
      let child = try #require(children.startedProcesses.last)
      kill(pid_t(child), SIGKILL)
      var status: Int32 = 0
      while waitpid(pid_t(child), &status, 0) == -1, errno == EINTR {}
      #expect(try Jq.apply(".", to: ["1.0"], children).map(\.text) == ["1.0"])
    }

    @Test("Neither children nor descriptors are left behind")
    func nothingLeft() throws {
      let before = try Jq.openSockets()
      var processes: [Int64] = []
      for round in 0..<20 {
        let children = try Jq.children(JqLimits(seconds: 0.2, memory: 64 << 20))
        let program = ["[range(1e9)]", "until(false; .)", ".", "reduce range(1e6) as $i (0; [.]) | tojson"][round % 4]
        _ = children.run(program, on: try Jq.values(["1", "2"]), allowsNonFinite: false)
        processes += children.startedProcesses
      }
      #expect(processes.count >= 20)
      #expect(try Jq.openSockets() == before)
      for process in processes {
        #expect(Jq.state(of: process)?.parent != Int(getpid()), "\(process)")
      }
    }

    @Test("Many threads at once have their own children, and each gets its own answers")
    func concurrent() throws {
      let children = try Jq.children()
      let faults = Atomic(0)
      DispatchQueue.concurrentPerform(iterations: 8) { thread in
        for round in 0..<20 {
          let texts = (0..<16).map { "{\"n\": \(thread * 1000 + round * 16 + $0), \"x\": 1.0}" }
          let results = try? Jq.apply(".n += \(round)", to: texts, children).map(\.text)
          let expected = (0..<16).map { "{\"n\": \(thread * 1000 + round * 16 + $0 + round), \"x\": 1.0}" }
          if results != expected { faults.add(1, ordering: .relaxed) }
        }
      }
      #expect(faults.load(ordering: .relaxed) == 0)
      #expect((1...8).contains(children.startedProcesses.count))
    }

    @Test("A batch far larger than what fits in a pipe goes through both ways")
    func large() throws {
      let children = try Jq.children()
      let text = "[" + (0..<60_000).map { "\"\($0).0\"" }.joined(separator: ",") + ",1.0]"
      let results = try Jq.apply(".[-1] = 2", to: Array(repeating: text, count: 8), children).map(\.text)
      let expected = text.replacingOccurrences(of: ",1.0]", with: ",2]")
      #expect(results.allSatisfy { $0 == expected })
    }

    @Test("The child inherits neither environment nor open descriptors")
    func inheritance() throws {
      let file = open("/dev/null", O_RDONLY)
      defer { close(file) }
      let children = try Jq.children()
      try children.check(".")
      let child = try #require(children.startedProcesses.last)
      let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/\(child)/fd").sorted()
      #expect(descriptors == ["0", "1", "2"])
      let group = getpgid(pid_t(child))
      #expect(group == pid_t(child))
      let limits = try String(contentsOfFile: "/proc/\(child)/limits", encoding: .utf8)
      let space = limits.split(separator: "\n").first { $0.hasPrefix("Max address space") }
      let soft = try #require(space?.dropFirst("Max address space".count).split(separator: " ").first)
      #expect(Int(soft) != nil, "\(soft)")
    }

    @Test("Signals that a terminal sends do not end a child")
    func terminalSignals() throws {
      let children = try Jq.children()
      try children.check(".")
      let child = try #require(children.startedProcesses.last)
      for signal in [SIGINT, SIGTERM, SIGHUP, SIGQUIT] { kill(pid_t(child), signal) }
      #expect(try Jq.apply(".", to: ["1.0"], children).map(\.text) == ["1.0"])
      #expect(children.startedProcesses.count == 1)
    }
  }
}
