package main

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// files draws the task. What each format reads for something else than what was typed is written so that it does not, or
// refused with a sentence where that cannot be.
func (k *task) files() ([]taskFile, error) {
	switch k.kind {
	case "windows":
		return k.windows()
	case "systemd":
		return k.systemd()
	case "cron":
		return k.cron()
	case "azure-pipelines":
		return []taskFile{{k.name + ".yml", k.azure()}}, nil
	}
	return []taskFile{{k.name + ".yml", k.github()}}, nil
}

// windowsVariable finds what Task Scheduler and cmd would put something else for, and have no spelling of that they leave alone.
var windowsVariable = regexp.MustCompile(`%[^%]+%|\$\(Arg`)

// windows is a task of Task Scheduler, in its schema of version 1.2. The text is ASCII and names no encoding: schtasks refuses
// a file whose declaration and bytes differ, and a file that PowerShell 5 redirects is UTF-16, one of cmd is not.
func (k *task) windows() ([]taskFile, error) {
	for _, a := range append([]string{k.program, k.directory, k.logFile}, k.arguments...) {
		if v := windowsVariable.FindString(a); v != "" {
			return nil, usageError("%q: Windows would put the value of a variable for %s; use another name, or give the flag in a file by --config", a, v)
		}
		if strings.Contains(a, `"`) {
			return nil, usageError("%q: cmd cannot be given a quotation mark inside of one argument; use another name, or give the flag in a file by --config", a)
		}
	}
	line := windowsQuote(k.program)
	for _, a := range k.arguments {
		line += " " + windowsQuote(a)
	}
	principal := "      <LogonType>Password</LogonType>\n"
	if k.user != "" {
		principal = "      <UserId>" + xmlText(k.user) + "</UserId>\n" + principal
	}
	user := `/RU DOMAIN\USER`
	if k.user != "" {
		user = "/RU " + windowsQuote(k.user)
	}
	about := fmt.Sprintf("Triage of the dual-write and plug-in trace exports of the day. Last run result: 0 done; 0x1 failed or an input was unreadable, see %s; "+
		"0x2 mistake in the call", k.log())
	if !k.worker {
		about += "; 0x3 done, --fail-on met; 0x4 done, too many rejects; 0x5 the database was busy for as long as --lock-wait says"
	}
	about += "."
	return []taskFile{{k.name + ".xml", `<?xml version="1.0"?>
<!-- Install: schtasks /Create /TN ` + k.name + ` /XML ` + k.name + `.xml ` + strings.ReplaceAll(xmlText(user), "--", "&#45;&#45;") + ` /RP * -->
<Task version="1.2" xmlns="http://schemas.microsoft.com/windows/2004/02/mit/task">
  <RegistrationInfo>
    <Description>` + xmlText(about) + `</Description>
  </RegistrationInfo>
  <Triggers>
    <CalendarTrigger>
      <StartBoundary>` + fmt.Sprintf("2026-01-01T%02d:%02d:00", k.hour, k.min) + `</StartBoundary>
      <ScheduleByDay>
        <DaysInterval>1</DaysInterval>
      </ScheduleByDay>
    </CalendarTrigger>
  </Triggers>
  <Principals>
    <Principal id="Author">
` + principal + `      <RunLevel>LeastPrivilege</RunLevel>
    </Principal>
  </Principals>
  <Settings>
    <MultipleInstancesPolicy>IgnoreNew</MultipleInstancesPolicy>
    <DisallowStartIfOnBatteries>false</DisallowStartIfOnBatteries>
    <StopIfGoingOnBatteries>false</StopIfGoingOnBatteries>
    <StartWhenAvailable>true</StartWhenAvailable>
    <ExecutionTimeLimit>PT12H</ExecutionTimeLimit>
  </Settings>
  <Actions Context="Author">
    <Exec>
      <Command>%SystemRoot%\System32\cmd.exe</Command>
      <Arguments>` + xmlText(`/d /v:off /s /c "`+line+" >>"+windowsQuote(k.logFile)+` 2>&1"`) + `</Arguments>
      <WorkingDirectory>` + xmlText(k.directory) + `</WorkingDirectory>
    </Exec>
  </Actions>
</Task>
`}}, nil
}

// windowsQuote writes an argument so that the rules of CommandLineToArgvW give it back, always in quotation marks, between
// which cmd leaves &, |, <, > and ^ alone. Backslashes are doubled only where the closing mark follows them.
func windowsQuote(a string) string {
	bare := strings.TrimRight(a, `\`)
	return `"` + a + a[len(bare):] + `"`
}

// xmlText is text as it stands in an element, in ASCII.
func xmlText(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case strings.ContainsRune(`<>&`, r) || r > '~':
			b.WriteString("&#" + strconv.Itoa(int(r)) + ";")
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// systemd is a service and its timer. The service is of type exec and not oneshot, which may not be restarted for an exit
// code; a timer does not start a service that is at work.
func (k *task) systemd() ([]taskFile, error) {
	if strings.ContainsAny(k.program, `$"'\`) {
		return nil, usageError("--program: systemd takes no %q with a dollar sign, a quotation mark or a backslash; use another name", k.program)
	}
	line := systemdQuote(k.program)
	for _, a := range k.arguments {
		line += " " + strings.ReplaceAll(systemdQuote(a), "$", "$$")
	}
	var more string
	if k.user != "" {
		more = "User=" + systemdText(k.user) + "\n"
	}
	if k.logFile != "" {
		more += "StandardOutput=append:" + systemdText(k.logFile) + "\nStandardError=inherit\n"
	}
	codes := `# 3: done, --fail-on met. 4: done, too many rejects. 5: the database is in use, tried again. 1 and 2: failed.
SuccessExitStatus=3 4
RestartForceExitStatus=5
RestartSec=10min
`
	if k.worker {
		codes = ""
	}
	return []taskFile{{k.name + ".service", `# ` + k.name + `.service, in /etc/systemd/system. Install: systemctl daemon-reload && systemctl enable --now ` + k.name + `.timer
[Unit]
Description=dwtriage: triage of the dual-write and plug-in trace exports of the day
StartLimitIntervalSec=3h
StartLimitBurst=6

[Service]
Type=exec
WorkingDirectory=` + systemdText(k.directory) + `
ExecStart=` + line + `
` + more + codes + `RuntimeMaxSec=12h
`}, {k.name + ".timer", `# ` + k.name + `.timer, in /etc/systemd/system
[Unit]
Description=dwtriage, every day

[Timer]
OnCalendar=` + fmt.Sprintf("*-*-* %02d:%02d:00", k.hour, k.min) + `
Persistent=true

[Install]
WantedBy=timers.target
`}}, nil
}

// systemdText is a value in which only specifiers mean something else.
func systemdText(text string) string { return strings.ReplaceAll(text, "%", "%%") }

var systemdPlain = regexp.MustCompile(`^[A-Za-z0-9/._:=,+@-]+$`)

// systemdQuote writes a word of a command line.
func systemdQuote(word string) string {
	if systemdPlain.MatchString(word) {
		return word
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "%", "%%").Replace(word) + `"`
}

// mostCron is how long a line of a crontab may be, in bytes: the cron of Debian and those it stems from cut it there.
const mostCron = 998

// cron is a line of a crontab, with the name of the user where one is given, as files in /etc/cron.d have it.
func (k *task) cron() ([]taskFile, error) {
	where := "Install: add these lines by crontab -e."
	user := ""
	if k.user != "" {
		if strings.ContainsAny(k.user, " \t") {
			return nil, usageError("--user: %q is no name of a user that cron takes", k.user)
		}
		where, user = "Install: as /etc/cron.d/"+strings.ReplaceAll(k.name, ".", "-")+", which root owns.", k.user+" "
	}
	line := "cd " + shellQuote(k.directory) + " && " + shellQuote(k.program)
	for _, a := range k.arguments {
		line += " " + shellQuote(a)
	}
	line += " >>" + shellQuote(k.logFile) + " 2>&1 || echo 'dwtriage: exit code '$?', see '" + shellQuote(k.log())
	line = strings.ReplaceAll(line, "%", `\%`) // a percent sign ends the command
	if len(line) > mostCron {
		return nil, usageError("the line has %d bytes, and cron takes %d; put flags into a file and name it by --config", len(line), mostCron)
	}
	codes := `2 mistake in
# the call, 3 done, --fail-on met, 4 done, too many rejects, 5 the database was busy for as long as --lock-wait says.
`
	if k.worker {
		codes = "2 mistake in\n# the call.\n"
	}
	return []taskFile{{k.name + ".cron", `# ` + where + `
# Cron mails what is printed, which is a line where the exit code is not 0: 1 failed or an input was unreadable, ` + codes + `# A start that was missed is not caught up: anacron and the timers of systemd do that.
SHELL=/bin/sh
` + fmt.Sprintf("%d %d * * * %s%s\n", k.min, k.hour, user, line)}}, nil
}

var shellPlain = regexp.MustCompile(`^[A-Za-z0-9/._:=,+@%-]+$`)

// shellQuote writes a word of a line for sh. Inside of a pipeline's file $( and ${{ and $[ are expressions of the pipeline,
// wherever they stand, so the quotation marks are closed and opened again between their two signs.
func shellQuote(word string) string {
	if shellPlain.MatchString(word) {
		return word
	}
	word = strings.ReplaceAll(word, "'", `'\''`)
	return "'" + strings.NewReplacer("$(", "$''(", "${", "$''{", "$[", "$''[").Replace(word) + "'"
}

// script is the step of a pipeline. dwtriage tells the pipeline itself what its exit codes 3 and 4 mean (--ci), so that they need
// only be no failure of the step.
func (k *task) script(indent string) string {
	line := shellQuote(k.program)
	for _, a := range k.arguments {
		line += " " + shellQuote(a)
	}
	if k.worker {
		return indent + line + "\n"
	}
	lines := []string{
		"code=0",
		line + " || code=$?",
		"case $code in",
		"  3 | 4) exit 0 ;; # done, --fail-on met or too many rejects: said as a warning",
		"  *) exit $code ;; # 1 failed, 2 mistake in the call, 5 database in use: the job fails",
		"esac",
	}
	return indent + strings.Join(lines, "\n"+indent) + "\n"
}

// yamlText is a text in the quotation marks of YAML in which only they mean something.
func yamlText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

// azure is a pipeline of Azure DevOps. A bash step runs everywhere, on a Windows agent by Git's bash: PowerShell 5 hands
// arguments with blanks and quotation marks on in another way than they were written.
func (k *task) azure() string {
	in := ""
	if k.directory != "" {
		in = "  workingDirectory: " + yamlText(k.directory) + "\n"
	}
	return `# ` + k.name + `.yml of Azure Pipelines. The pool is one of your own agents that keeps the database: it is the memory.
# Schedules are in UTC. On a Windows agent the step needs Git for Windows, which brings bash.
name: ` + k.name + `-$(Date:yyyyMMdd)$(Rev:.r)
trigger: none
pr: none
schedules:
- cron: '` + fmt.Sprintf("%d %d * * *", k.min, k.hour) + `'
  displayName: dwtriage, every day
  branches:
    include:
    - main
  always: true # also without a change of the code
  batch: true # not while the last one is at work
pool:
  name: Default
steps:
- checkout: self
  clean: false # a database in the checkout stays
- bash: |
` + k.script("    ") + `  displayName: dwtriage
` + in
}

// github is a workflow of GitHub Actions.
func (k *task) github() string {
	in := ""
	if k.directory != "" {
		in = "        working-directory: " + yamlText(k.directory) + "\n"
	}
	return `# .github/workflows/` + k.name + `.yml. The runner is one of your own that keeps the database: it is the memory. Schedules are in UTC.
name: ` + yamlText(k.name) + `
on:
  schedule:
    - cron: '` + fmt.Sprintf("%d %d * * *", k.min, k.hour) + `'
  workflow_dispatch:
permissions:
  contents: read
concurrency: # the second one waits
  group: ` + yamlText(k.name) + `
  cancel-in-progress: false
jobs:
  triage:
    runs-on: self-hosted
    timeout-minutes: 720
    steps:
      - uses: actions/checkout@v4
        with:
          clean: false # a database in the checkout stays
      - name: dwtriage
        shell: bash
` + in + `        run: |
` + k.script("          ")
}
