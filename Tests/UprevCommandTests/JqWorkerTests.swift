import Foundation
import Testing
import UprevTestSupport

/// `uprev jq-worker` as its parent sees it, from another language.
@Suite("The child that runs jq programs")
struct JqWorkerTests {
  @Test("Help, the manual's source and completions do not know the command, and by hand it does nothing")
  func hidden() throws {
    let uprev = try ChildProcess.built("uprev")
    for arguments in [
      ["--help"], ["help"], ["--generate-completion-script", "bash"], ["--generate-completion-script", "zsh"],
      ["--generate-completion-script", "fish"],
    ] {
      let run = try ChildProcess.run(uprev, arguments)
      #expect(run.status == 0)
      #expect(!run.outputText.contains("jq-worker"), "\(arguments)")
    }
    let manual = try ChildProcess.run(uprev, ["--experimental-dump-help"]).outputText
    let command = try #require(
      (try JSONSerialization.jsonObject(with: Data(manual.utf8)) as? [String: Any])?["command"] as? [String: Any])
    let hidden = try #require(
      (command["subcommands"] as? [[String: Any]])?.first { $0["commandName"] as? String == "jq-worker" })
    #expect(hidden["shouldDisplay"] as? Bool == false)
    let byHand = try ChildProcess.run(uprev, ["jq-worker", "--memory", "1000000000"])
    #expect(byHand.status == 64)
    #expect(byHand.errorText.contains("uprev starts this command itself"))
  }

  @Test("It ends with its parent, whatever it is doing, with no environment and few descriptors, and survives nonsense")
  func lifetime() throws {
    let script = """
      import os, resource, signal, socket, struct, subprocess, sys, time
      program = sys.argv[1]

      def start(before=lambda: None, environment={}):
          mine, its = socket.socketpair()
          child = subprocess.Popen([program, "jq-worker", "--memory", str(512 << 20)], stdin=its, stdout=subprocess.DEVNULL,
                                   stderr=subprocess.DEVNULL, preexec_fn=before, env=environment)
          its.close()
          return mine, child

      def frame(kind, body):
          return struct.pack("<IB", len(body) + 1, kind) + body

      def receive(stream):
          def exactly(count):
              data = b""
              while len(data) < count:
                  more = stream.recv(count - len(data))
                  assert more, "closed"
                  data += more
              return data
          size, = struct.unpack("<I", exactly(4))
          data = exactly(size)
          return data[0], data[1:]

      def teach(stream, text):
          stream.sendall(frame(1, struct.pack("<I", 0) + text))
          return receive(stream)

      # The parent goes while an endless program runs.
      stream, child = start()
      assert teach(stream, b"until(false; .)")[0] == 3
      stream.sendall(frame(2, struct.pack("<IB", 0, 0) + b"1"))
      time.sleep(0.2)
      assert child.poll() is None
      stream.close()
      assert child.wait(60) == 0, child.returncode

      # Little of everything, and ends of children ignored.
      def little():
          resource.setrlimit(resource.RLIMIT_NOFILE, (8, 8))
          signal.signal(signal.SIGCHLD, signal.SIG_IGN)
      stream, child = start(little)
      assert teach(stream, b". + 1")[0] == 3
      stream.sendall(frame(2, struct.pack("<IB", 0, 0) + b"1"))
      assert receive(stream) == (5, struct.pack("<I", 1) + b"1" + b"2")
      stream.close()
      assert child.wait(60) == 0

      # Nonsense ends it, and quietly.
      for nonsense in [frame(9, b""), frame(2, b""), frame(2, struct.pack("<IB", 7, 0) + b"1"), frame(4, b"x"), struct.pack("<I", 0),
                       frame(1, b"")]:
          stream, child = start()
          stream.sendall(nonsense)
          stream.shutdown(socket.SHUT_WR)
          assert child.wait(60) in (0, 1), (nonsense, child.returncode)

      # A definition file in the home folder means nothing.
      home = sys.argv[2]
      with open(home + "/.jq", "w") as file:
          file.write("def planted: 1;")
      stream, child = start(environment={"HOME": home, "JQ_LIBRARY_PATH": home})
      kind, body = teach(stream, b"planted")
      assert kind == 4 and b"planted/0 is not defined" in body, (kind, body)
      stream.close()
      assert child.wait(60) == 0
      print("done")
      """
    let home = try TemporaryTree()
    #expect(try Python.run(script, try ChildProcess.built("uprev"), home.path) == "done\n")
  }
}
