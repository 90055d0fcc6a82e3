using Tideway.DeltaLog;

namespace Tideway.CdfPublisher.Tables;

/// <summary>Size and time of a commit file, which tell it from another under the same name.</summary>
internal static class CommitStamp
{
    /// <summary>Null where the commit is not there, not yet or no longer.</summary>
    public static async Task<string?> FindAsync(DeltaTable table, long version, CancellationToken cancellationToken)
    {
        var commit = await table.Store.FindAsync($"_delta_log/{version:D20}.json", cancellationToken);
        return commit is null ? null : $"{commit.Size}-{commit.LastModified.UtcTicks}";
    }
}
