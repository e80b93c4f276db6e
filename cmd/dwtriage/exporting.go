package main

import "io"

// exportHint ends what is said of a file or a night that holds no log.
const exportHint = "dwtriage help exporting says what yields a file that can be read"

// exporting is the topic of help that says how exports are made: the chapter "How to export" of README in short, for who has
// no network. Nothing of it could be tried; the chapter says where each comes from.
const exporting = `How to export what dwtriage reads. The source systems forget within a day: export daily.

Dual-write
  Activity log      Data management > Dual-write > a map > Activity log: download the logs.
  Initial sync      the same map > Initial sync details: copy the details into a text file.
  Error log table   https://HOST/?mi=SysTableBrowser&tableName=DualWriteErrorLog > Export to Excel. Rows are
                    there once IsDebugMode is Yes in DualWriteProjectConfiguration for the map.
  Infolog           open the message bar, copy all messages into a text file.
  Data management   Job history > a DWM-... project > Execution details: download the package.
  Event log         wevtutil qe Microsoft-Dynamics-AX-DualWriteSync/Operational /f:text > sync.txt

Plug-in traces of Dataverse (nothing is written unless Plug-in trace log is Exception or All)
  Grid              Plug-in Trace Log > add Message Block and Exception Details to the view > Export to
                    Excel > Static worksheet. Times have no zone: give --tz.
  Web API           GET /api/data/v9.2/plugintracelogs, and @odata.nextLink until there is none.
  XrmToolBox        Plugin Trace Viewer > Save logs (XML); its Excel cuts texts at 5,000 characters.
  VS Code           Power Platform Developer Suite > Plugin Traces > Export as JSON.
  PowerShell        (Get-CrmRecords -EntityLogicalName plugintracelog -Fields * -AllRows).CrmRecords |
                    ConvertTo-Json > traces.json; Export-Csv drops columns that its first row lacks.
  Telemetry         Application Insights > Logs: exceptions, dependencies or traces > Export to CSV.
  Error dialog      Download log file.

dwtriage inspect FILE says what a file is taken for, and which columns it lacks.
`

func printExporting(w io.Writer) { tell(w, "%s", several(exporting)) }
