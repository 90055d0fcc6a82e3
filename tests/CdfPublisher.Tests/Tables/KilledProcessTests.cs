using System.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Tideway.CdfPublisher.Shares;
using Tideway.CdfPublisher.Subscriptions;
using Tideway.CdfPublisher.Tests.Support;
using Tideway.Contracts.CdfPublisher;
using Tideway.Hosting.Database;
using Tideway.Hosting.Identity;
using Tideway.Testing;

namespace Tideway.CdfPublisher.Tests.Tables;

/// <summary>The real process, ended as a power failure or the kernel ends it: in the middle of whatever it does.</summary>
public sealed class KilledProcessTests : IAsyncLifetime
{
    private const int Kills = 6;

    private readonly TempFolder storage = new();
    private readonly ShareEvents share = new();
    private TestDatabase database = null!;
    private PartnerEndpoint partner = null!;
    private Process? service;

    public async ValueTask InitializeAsync()
    {
        database = await TestDatabase.CreateAsync(DatabaseEngine.Sqlite);
        partner = await PartnerEndpoint.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        await partner.DisposeAsync();
        database.Dispose();
        storage.Dispose();
    }

    [Fact]
    public async Task Killing_the_process_again_and_again_neither_skips_nor_repeats_a_version()
    {
        var table = new DeltaFolder(storage.Path, "orders").Create();
        await using (var host = await PublisherHost.StartAsync(database, storage.Path))
        {
            await share.CreateAsync(host, 1, ShareEvents.TableAt(table.Location));
            await share.GrantAsync(host, 2);
            await host.CatchUpAsync();
            await SubscribeAsync(host);
        }

        var version = 0L;
        for (var kill = 0; kill < Kills; kill++)
        {
            Start();
            // At another moment each time, but never before the service has got anywhere.
            var goal = version + 3 + (kill * 2);
            while (LastTold() < goal)
            {
                table.Append(++version);
                var told = version - 2;
                await Eventually.Async(() => LastTold() >= told, because: $"word of version {told}");
            }

            table.Append(++version).Append(++version);
            await KillAsync();
        }

        Start();
        await Eventually.Async(() => LastTold() == version, because: "word of the last version");
        await KillAsync();

        await using var after = await PublisherHost.StartAsync(database, storage.Path);
        var committed = await after.PublishedAsync<TableVersionCommitted>();
        committed.Select(commit => commit.Version).ShouldBe(Enumerable.Range(0, (int)version + 1).Select(v => (long)v));
        var changes = await after.PublishedAsync<TableChangesPublished>();
        changes.SelectMany(change => Range(change.FromVersion, change.ToVersion)).ShouldBe(committed.Select(commit => commit.Version));
        partner.Notices.SelectMany(notice => Range(notice.Versions.From, notice.Versions.To)).Distinct().Order().ShouldBe(Range(1, version));
        partner.Notices.GroupBy(notice => notice.Id).ShouldAllBe(notices => notices.Select(notice => notice.Body).Distinct().Count() == 1);
    }

    private static IEnumerable<long> Range(long from, long to) => Enumerable.Range((int)from, (int)(to - from + 1)).Select(v => (long)v);

    private long LastTold() => partner.Notices.Select(notice => notice.Versions.To).DefaultIfEmpty(-1).Max();

    private void Start()
    {
        var assembly = typeof(CdfPublisherStartup).Assembly.Location;
        var start = new ProcessStartInfo(Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) == "dotnet" ? path : "dotnet")
        {
            WorkingDirectory = storage.Path,
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A broker that is never there: what is published stays in the outbox, to be counted.
        string[] settings =
        [
            .. PublisherHost.Settings(database, storage.Path),
            "--Database:SqliteSynchronous=FULL",
            "--Bus:Transport=RabbitMq",
            "--Bus:ConnectionString=amqp://nobody:nothing@127.0.0.1:1/none",
            "--Internal:Key=" + new string('k', 32),
            "--urls=http://127.0.0.1:0",
            "--CdfPublisher:PollInterval=00:00:00.050",
            "--CdfPublisher:LeaseDuration=00:00:01",
            "--CdfPublisher:LeaseRenewal=00:00:00.200",
            "--CdfPublisher:Delivery:PollInterval=00:00:00.100",
            "--CdfPublisher:Delivery:Timeout=00:00:00.500",
            "--CdfPublisher:Delivery:LeaseDuration=00:00:01",
        ];
        foreach (var argument in (string[])[assembly, .. settings])
            start.ArgumentList.Add(argument);
        service = Process.Start(start)!;
        service.OutputDataReceived += static (_, _) => { };
        service.ErrorDataReceived += static (_, _) => { };
        service.BeginOutputReadLine();
        service.BeginErrorReadLine();
    }

    private async Task KillAsync()
    {
        if (service is null)
            return;
        service.Kill(entireProcessTree: true);
        await service.WaitForExitAsync(CancellationToken.None);
        service.Dispose();
        service = null;
    }

    private async Task SubscribeAsync(PublisherHost host)
    {
        var recipient = new Credential
        {
            Kind = CredentialKind.Recipient,
            Id = share.RecipientId,
            Name = share.RecipientName,
            ExpiresAt = DateTimeOffset.MaxValue,
        };
        var granted = await host.Services.GetRequiredService<ShareStore>().FindGrantedShareAsync(recipient.Id, "sales", TestContext.Current.CancellationToken);
        await host
            .Services.GetRequiredService<SubscriptionStore>()
            .PutAsync(recipient, new Uri(partner.Url), granted!, table: null, TestContext.Current.CancellationToken);
    }
}
