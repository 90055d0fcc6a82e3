namespace Tideway.Audit.Tests.Support;

/// <summary>Settings of a host whose database is a file in a folder of the test.</summary>
internal static class SqliteSettings
{
    public static string[] In(TempFolder folder) =>
        [
            $"--Database:Folder={folder.Path}",
            "--Database:SqliteSynchronous=NORMAL",
            "--Bus:OutboxPollInterval=00:00:00.050",
            "--RecipientAuth:Url=http://127.0.0.1:1",
        ];
}
