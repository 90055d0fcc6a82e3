using System.Data.Common;
using Tideway.Audit.Tests.Support;

namespace Tideway.Audit.Tests.Storage;

public sealed class AppendOnlyGuardTests
{
    [Fact]
    public async Task A_guard_that_was_taken_away_is_back_after_the_next_start_and_the_chain_goes_on()
    {
        using var folder = new TempFolder();
        await using (var first = await AuditHost.StartAsync(SqliteSettings.In(folder)))
        {
            await first.DeliverAsync(Accesses.At(1));
            await first.RemoveGuardsAsync();
        }

        await using var second = await AuditHost.StartAsync(SqliteSettings.In(folder));
        await second.DeliverAsync(Accesses.At(2));

        await Should.ThrowAsync<DbException>(() => second.TamperAsync("DELETE FROM audit_record"));
        (await second.VerifyAsync()).VerifiedCount.ShouldBe(2);
    }
}
