using Tideway.Audit.Tests.Support;

namespace Tideway.Audit.Tests.Records;

public sealed class SqliteRecordTests : RecordContract
{
    private readonly TempFolder folder = new();

    protected override Task<string[]> SettingsAsync() => Task.FromResult(SqliteSettings.In(folder));

    protected override ValueTask CleanUpAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }
}
