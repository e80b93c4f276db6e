package exports

import (
	"encoding/base64"
	"strings"
)

// A Secret is a text with a secret in it, in one of the ways in which logs, settings and requests write one down.
type Secret struct{ Name, Text string }

// SecretMark is the start of every value that Secrets plants. It must not be found in anything that dwtriage writes.
const SecretMark = "S3cr"

// Secrets lists the ways to write a secret down, each with a value of its own.
func Secrets() []Secret {
	var all []Secret
	for _, line := range strings.Split(strings.TrimSpace(secretShapes), "\n") {
		name, text, ok := strings.Cut(line, "\t")
		if !ok {
			panic("a shape without a text: " + line)
		}
		n := len(all)
		value := SecretMark + "3t" + string(rune('A'+n/26)) + string(rune('a'+n%26)) + "x7Kq"
		b64 := base64.StdEncoding.EncodeToString([]byte("user:" + value))
		text = strings.NewReplacer("§", value, "¤", b64, "↵", "\n", "⇥", "\t", "␣", "\u200b", "¬", "\u00ad").Replace(text)
		all = append(all, Secret{name, text})
	}
	return all
}

// secretShapes has a shape on a line: its name, a tab, and the text, in which § stands for the value, ¤ for the value behind
// a user name in base64, ↵ and ⇥ for a line end and a tab, ␣ and ¬ for characters that are not seen.
const secretShapes = `
sql connection	Server=tcp:db.contoso.example;Database=d;User ID=u;Password=§;Encrypt=True
empty and another	{"password":"","secret":"§"}
sql pwd	Data Source=s;Initial Catalog=c;uid=sa;pwd=§
blanks around the sign	Password = §
tabs around the sign	Password	=	§
storage key	DefaultEndpointsProtocol=https;AccountName=a;AccountKey=§==;EndpointSuffix=core.example
service bus	Endpoint=sb://a.servicebus.example/;SharedAccessKeyName=Root;SharedAccessKey=§=
shared access signature	BlobEndpoint=https://a.blob.example;SharedAccessSignature=sv=2020&sig=§
shared access scheme	Authorization failed: SharedAccessSignature sr=a&sig=§&se=1&skn=Root
signed address	PUT https://a.blob.example/c/f?sv=2020-08-04&sr=b&sig=§%3D failed
signed address, upper case	PUT https://a.blob.example/c/f?sv=2020-08-04&SIG=§ failed
signed address, mixed case	GET https://a.blob.example/c/f?Sig=§&sv=2020-08-04
signed address in html	https://a.blob.example/c/f?sv=2020&amp;sig=§&amp;se=1
signed address, encoded	redirect=https%3A%2F%2Fa.blob.example%2Fc%3Fsv%3D2020%26sig%3D§
signed address, encoded lower	next=https%3a%2f%2fa.example%2fc%3fsv%3d2020%26sig%3d§%26se%3d1
signed address in json	{"url":"https:\/\/a.blob.example\/c?sv=1\u0026sig=§"}
only the query	SAS token: ?sv=2020-08-04&ss=b&srt=sco&sig=§%3D
logic app	https://prod-1.logic.example/workflows/x/triggers/manual/run?api-version=1&sp=%2Ftriggers&sv=1.0&sig=§
bearer	Authorization: Bearer §
bearer, lower case in json	{"authorization":"bearer §"}
bearer alone	call with Bearer § was refused
bearer, encoded	auth=Bearer%20§
bearer with plus	Authorization=Bearer+§
basic	Authorization: Basic ¤
basic alone	sent header Basic ¤ to the host
basic in json	"headers":{"Authorization":"Basic ¤"}
proxy header	Proxy-Authorization: Basic ¤
no blank behind the colon	authorization:§
shared key scheme	Authorization: SharedKey account:§=
shared key alone	header SharedKey account:§= is wrong
negotiate	WWW: Negotiate YII§AbCd0123456789AbCdEf0123456789
header with quotes	"Authorization", "Bearer §"
form	grant_type=client_credentials&client_id=1&client_secret=§&resource=x
json	{"client_id":"1","client_secret":"§"}
json, escaped	{\"ClientSecret\":\"§\"}
json, escaped twice	{\\\"ClientSecret\\\":\\\"§\\\"}
json, quotes doubled	{""ClientSecret"":""§"",""a"":""b""}
json with blanks	{ "ClientSecret" : "§" }
json, escaped by code	{\u0022password\u0022:\u0022§\u0022}
json, html	{&quot;password&quot;:&quot;§&quot;}
json, html by number	{&#34;password&#34;:&#34;§&#34;}
json, percent	%7B%22password%22%3A%22§%22%7D
json, single quotes	{'password': '§'}
javascript	{password: '§', user: 'x'}
json object as value	{"password":{"type":"SecureString","value":"§"}}
json list as value	{"passwords":["§","x"]}
yaml	ClientSecret: §
yaml, quoted	clientSecret: "§"
yaml block	password: |↵  §
words	Client Secret: §
words, lower case	client secret: §
word and its value	the client secret § has expired
value is	the client secret value is § and was rotated
quoted value	certificate password is '§'
double quotes	the password was "§" yesterday
key vault	secret value abc8Q~§AbCdEfGhIjKlMnOp.xyz
entra secret alone	token abc8Q~§AbCdEfGhIjKlMnOp was used
github	ghp_§0123456789abcdefghij
github app	x-token ghs_§0123456789abcdefghij
github fine	github_pat_§0123456789abcdefghij
npm	npm_§0123456789abcdefghijkl
user in address	https://user:§@host.example/api failed
token in address	https://§@host.example/api failed
user in address, encoded	url=https%3A%2F%2Fuser%3A§%40host.example%2Fapi
ftp	ftp://user:§@host/dir
amqp	amqps://policy:§@bus.example:5671
mongo	mongodb+srv://user:§@cluster.example/db
cookie	Cookie: FedAuth=§; rtFa=abc
set-cookie	Set-Cookie: .AspNet.Cookies=§; path=/; secure
cookie in json	{"Cookie":"FedAuth=§; rtFa=abc"}
jwt	token eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.§.§
rsa key	-----BEGIN RSA PRIVATE KEY-----↵MIIEpAIBAAKCAQEA§↵§abc↵-----END RSA PRIVATE KEY-----
private key, one line	-----BEGIN PRIVATE KEY-----\nMIIE§\n-----END PRIVATE KEY-----
encrypted key	-----BEGIN ENCRYPTED PRIVATE KEY-----↵§↵-----END ENCRYPTED PRIVATE KEY-----
openssh key, cut	-----BEGIN OPENSSH PRIVATE KEY-----↵b3BlbnNzaC§
pgp key	-----BEGIN PGP PRIVATE KEY BLOCK-----↵↵§↵-----END PGP PRIVATE KEY BLOCK-----
x-api-key	x-api-key: §
api_key	https://h/x?api_key=§
apikey in json	{"apiKey":"§"}
api key in words	API key: §
subscription key	Ocp-Apim-Subscription-Key: §
functions key	x-functions-key: §
event grid key	aeg-sas-key: §
function code	https://f.azurewebsites.example/api/x?code=§AbCdEf0123456789==
oauth code	https://login/cb?state=1&code=§AbCdEf0123456789
function code, html	https://f.example/api/x?a=1&amp;code=§AbCdEf0123456789
refresh_token	{"refresh_token":"§"}
access_token	access_token=§&x=1
access token, fragment	https://h/cb#access_token=§&token_type=x
id_token	"id_token": "§"
token	token=§
token in json	{"token":"§"}
x-auth-token	X-Auth-Token=§
client assertion	client_assertion_type=jwt&client_assertion=§
password in json	{"userName":"u","password":"§"}
password on a line	User: admin↵Password: §↵Tenant: x
password, windows line end	User: admin↵Password:§↵Tenant: x
pass	user=u pass=§
passwd	passwd=§
passphrase	passphrase=§
passcode	passcode: §
secret	secret=§
secret in json	{"secret":"§"}
secret with suffix	{"clientSecretValue":"§"}
numbered	password1=§
numbered with hyphen	client-secret-2=§
snake	db_password=§
upper	PASSWORD=§
environment	export DB_PASSWORD=§
windows environment	set CLIENT_SECRET=§
powershell variable	$password = '§'
powershell hash	@{Password='§'; User='x'}
csharp	var password = "§";
csharp verbatim	options.ClientSecret = @"§";
arrow	password => '§'
thin arrow	password -> §
pascal	Password := §
equality	if (password == "§") return
element	<Password>§</Password>
element with prefix	<a:Password>§</a:Password>
element with attributes	<wsse:Password Type="http://x#PasswordText">§</wsse:Password>
element with cdata	<ClientSecret><![CDATA[§]]></ClientSecret>
element with element	<Password><Value>§</Value></Password>
element, cut	<Password>§
element, escaped	&lt;Password&gt;§&lt;/Password&gt;
element, escaped by code	\u003cPassword\u003e§\u003c/Password\u003e
attribute	<add key="x" password="§"/>
attribute, single quotes	<user password='§' name='x'/>
key and value	<add key="ClientSecret" value="§"/>
value and key	<add value="§" key="ClientSecret"/>
name and value	{"name":"ClientSecret","value":"§"}
name and value, blanks	{ "name" : "ApiKey" , "value" : "§" }
value and name	{"slot":false,"value":"§","name":"ClientSecret"}
name and value, escaped	{\"name\":\"ClientSecret\",\"value\":\"§\"}
name and value elements	<Name>ClientSecret</Name><Value>§</Value>
setting	<setting name="Password" serializeAs="String"><value>§</value></setting>
parameter	<Parameter Name="Password">§</Parameter>
plist	<key>Password</key><string>§</string>
html input	<input type="password" name="p" value="§"/>
data contract pair	<a:Key>Password</a:Key><a:Value>§</a:Value>
secure config element	<SecureConfig>§</SecureConfig>
secure config with elements	<secureconfig><settings><k>§</k></settings></secureconfig> end
secure config in json	{"secureconfiguration":"§"}
secure config as object	{"secureConfiguration":{"a":"§","b":[1,"§"]}}
secure config on a line	Secure Configuration: §
secure config, xml on a line	Secure Configuration: <s><k>§</k></s>
secure config, json on a line	Secure configuration = {"a":"§"}
secure config, cut	SecureConfig: {"a":"§
secure config assigned	secureConfig=§
secure config, upper	SECURE_CONFIG=§
unsecure config	Unsecure Configuration: <s><k>§</k></s>
secure config, German	Sichere Konfiguration: §
trailing ampersand	Password=ab&§
ampersand and more	Password=ab&§;Encrypt=True
quoted with blank	AuthType=OAuth;Username=a@b;Password='§ with blank';AppId=1
quoted with semicolon	Password="ab;§";Other=1
quoted, escaped	Password=\"a b;§\"
redis	x.redis.example:6380,password=§,ssl=True
cosmos	AccountEndpoint=https://x.documents.example:443/;AccountKey=§;
aws	aws_secret_access_key = §
debug trace	{"debugLogTrace":["§"]}
new line	password=↵§
new line behind colon	Password:↵§↵
percent sign	AccountKey%3D§
percent colon	password%3A§
percent twice	password%253D§
code sign	password\u003d§
html sign	password&#61;§
full-width colon	Password：§
full-width sign	Password＝§
full-width word	Ｐａｓｓｗｏｒｄ：§
escaped letter	pass\u0077ord=§
percent letter	%70assword=§
zero width	p␣assword=§
zero width in the middle	pass␣word: §
soft hyphen	pass¬word=§
quotes of print	password: “§”
option	tool --password § --user x
option with sign	tool --password=§
option, slash	tool /password:§ /user:x
option, single hyphen	tool -Password § -User x
option, quoted	az login --client-secret "§"
option, key	az storage blob list --account-key § --name x
option, token	tool --sas-token § x
curl	curl -u user:§ https://h
curl, long	curl --user user:§ https://h
secure string	ConvertTo-SecureString '§' -AsPlainText
secure string, named	ConvertTo-SecureString -String "§" -AsPlainText -Force
German	Kennwort=§
German, words	Passwort: §
German sentence	Das Kennwort lautet § und gilt bis morgen
German secret	Geheimer Schlüssel: §
French	Mot de passe : §
French sentence	le mot de passe est § depuis hier
Spanish	Contraseña: §
table row	| Password | § |
tabs	Password	§
html table	<td>Password</td><td>§</td>
markdown	**Password:** §
log context	[Password, §]
dictionary	["ClientSecret"] = "§"
machine key	<machineKey validationKey="§" decryptionKey="§"/>
private key value	{"privateKey":"§"}
master key	masterKey=§
connection behind a word	ConnectionString: Server=x;Password=§
`

// Harmless lists texts with the words of secrets and values that look like some: nothing of them may be withheld, for it is what
// tells a failure.
func Harmless() []string { return strings.Split(strings.TrimSpace(harmlessTexts), "\n") }

const harmlessTexts = `
The password is wrong: ask for another.
Password: expired
Password: The password must have eight characters.
The password expired on 2026-11-22 for user Admin01
The password of user01@contoso.example has expired.
Passwort: abgelaufen
Das Kennwort ist falsch.
Le mot de passe est incorrect.
the bearer of bad news
Bearer token is invalid
WWW-Authenticate: Bearer realm="contoso", error="invalid_token"
Bearer authorization_uri="https://login.contoso.example/common"
Basic authentication is disabled for this endpoint.
Basic HttpBinding was not found
cookie monster
API key not found
API key: invalid or missing
Authorization failed for user x
msdyn_client_secrets missing
The client secret 3fa85f64-5717-4562-b3fc-2c963f66afa6 has expired
The provided client secret keys for app '3fa85f64-5717-4562-b3fc-2c963f66afa6' are expired.
AADSTS7000222: The provided client secret keys are expired.
AADSTS7000215: Invalid client secret is provided.
The token is invalid
Token: expired
SecurityToken could not be validated
Invalid token '<' at position 5
skiptoken missing
eyJ is how tokens start
ErrorCode=0x80040265
error code: -2147220891
https://host:443/x?a@b
https://contoso.crm.dynamics.example/api/data/v9.2/accounts(3fa85f64-5717-4562-b3fc-2c963f66afa6)
http://schemas.microsoft.example/xrm/2011/Contracts
<Code>0x80040265</Code>
?code=4711
the code=hunter2hunter2hunter2hunter2
System.Web, Version=4.0.0.0, Culture=neutral, PublicKeyToken=b03f5f7f11d50a3a
Parameter name: key
The given key was not present in the dictionary.
Primary key: USMF-000123
recordkey = CUST-00012345
Entity key msdyn_customergroupid: GRP01 is not unique
AccountNum=US-001; Company=USMF
account number 4005-2026-A17
Account key values (dataAreaId=USMF, accountnum=US-001)
Hash 5d41402abc4b2a76b9719d911017c592 differs
sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
CorrelationId: 3fa85f64-5717-4562-b3fc-2c963f66afa6
x-ms-client-request-id: 3fa85f64-5717-4562-b3fc-2c963f66afa6
at Contoso.Security.PasswordPolicy.Check(String password) in Policy.cs:line 12
at Contoso.SecretStore.GetSecret(String name)
The secret 'kv-contoso-name' was not found in the vault.
SecretNotFound: a secret with (name/id) connection was not found
isSecret=true
password=null
"password": null
Password=*****
password: ********
pass=3 fail=2
First pass: 120 records
Signature mismatch: the key is not valid
design=basic
2026-11-22T09:14:03Z sig: 11
Unit of Work can not commit transaction
Cookie consent is missing
{"name":"Company","value":"USMF"}
<add key="Company" value="USMF"/>
"key":"CUST-001","value":"Contoso GmbH"
The passage of time
compass=north
Access key: not configured
Shared key access is disabled on the account
-----BEGIN CERTIFICATE-----
Secure configuration was not found for step Contoso.Step
The secure config is empty
unsecure configuration missing
tool --verbose --user x
Private key not found for thumbprint 0123456789abcdef0123456789abcdef01234567
SharedAccessKey is wrong
`
