using System.Text;
using Tideway.DeltaLog.LogSegments;
using Tideway.Testing.Stores;

namespace Tideway.DeltaLog.Tests.Stores;

/// <summary>How the log of a table in Azure is listed from a version on.</summary>
public sealed class AzureLogListTests
{
    [Fact]
    public async Task Of_a_long_log_with_what_follows_the_versions_the_middle_is_listed_once_the_store_is_known_to_begin_there()
    {
        await using var azure = await FakeAzure.StartAsync();
        using var roots = azure.OpenLake();
        var store = roots.Open(roots.Locate("lake", "t"));
        foreach (var name in Enumerable.Range(0, 150).Select(version => $"{version:D20}.json").Append("_last_checkpoint").Append("_sidecars/x.parquet"))
            await store.PutAsync($"_delta_log/{name}", new MemoryStream(Encoding.UTF8.GetBytes("{}")), TestContext.Current.CancellationToken);

        foreach (var isFirst in (bool[])[true, false])
        {
            azure.Lists.Clear();
            var listing = await LogListing.ReadAsync(store, 147, TestContext.Current.CancellationToken);

            listing.Commits.Select(commit => commit.Version).ShouldBe([147, 148, 149]);
            // Once it is tried.
            azure.Lists.Count.ShouldBe(isFirst ? 2 : 1);
            azure.Lists.Last().ShouldContain("startFrom=");
        }
    }
}
