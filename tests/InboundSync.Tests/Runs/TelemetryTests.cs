using Tideway.InboundSync.Tests.Support;
using Tideway.Testing;

namespace Tideway.InboundSync.Tests.Runs;

public sealed class TelemetryTests : SyncFixture
{
    [Fact]
    public async Task Runs_files_bytes_and_lag_are_counted()
    {
        await Orders.AppendOrdersAsync(1, 10);
        await Host.AddSyncAsync();

        var text = await Eventually.Async(
            MetricsAsync,
            text =>
                text.Contains("tideway_inbound_bytes_total{", StringComparison.Ordinal)
                && text.Contains("tideway_inbound_lag_seconds{", StringComparison.Ordinal),
            because: "figures"
        );

        text.ShouldContain("tideway_inbound_runs_total{");
        text.ShouldContain("outcome=\"succeeded\"");
        text.ShouldContain("tideway_inbound_files_total{");
        text.ShouldContain("tideway_inbound_run_duration_seconds_bucket{");
        text.ShouldNotContain("token-of-the-partner");
    }

    private Task<string> MetricsAsync() => Host.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
}
