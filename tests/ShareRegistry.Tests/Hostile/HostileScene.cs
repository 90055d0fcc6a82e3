using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Hostile;

/// <summary>A service that somebody attacks while an honest recipient reads. Runs alone, as it looks at the memory of the process.</summary>
[Collection(Alone.Name)]
public abstract class HostileScene : IAsyncLifetime
{
    private const long Mebibyte = 1024 * 1024;

    private protected const string Table = "/delta-sharing/shares/sales/schemas/shop/tables/orders";

    private protected const string Query = Table + "/query";

    private protected RegistryProcess Process { get; private set; } = null!;

    private protected RecipientClient Acme { get; private set; } = null!;

    /// <summary>What of the settings differs.</summary>
    private protected virtual string[] Settings => [];

    public async ValueTask InitializeAsync()
    {
        Process = await RegistryProcess.StartAsync(Settings);
        Acme = await Process.AddRecipientAsync("acme");
        await Process.CreateShareAsync("sales");
        await Process.ShareTableAsync("sales", "shop.orders", LakeTable.Create(Path.Combine(Process.Lake, "orders")).Folder);
        await Process.GrantAsync("sales", Acme);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>
    /// Attacks while the honest recipient queries its table again and again: each of its queries must be answered, memory must not have grown by more than some
    /// mebibytes, and nothing may have failed inside.
    /// </summary>
    private protected async Task AttackAsync(Func<Task> attack, long mebibytes = 48)
    {
        await using var honest = new HonestReader(Acme);
        await honest.ReadAsync();
        var before = GC.GetTotalMemory(forceFullCollection: true);

        await attack();

        await honest.ReadAsync();
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        grown.ShouldBeLessThan(mebibytes * Mebibyte);
        Process.Log.Lines.ShouldNotContain(line => line.StartsWith("Error", StringComparison.Ordinal) || line.StartsWith("Critical", StringComparison.Ordinal));
    }

    private protected Task<RawConnection> ConnectAsync() => RawConnection.OpenAsync(Process.Stranger.BaseAddress!);

    /// <summary>Sends something on a connection of its own and returns the status of the answer, or null where the connection was ended without one.</summary>
    private protected async Task<int?> StatusOfAsync(string request)
    {
        using var connection = await ConnectAsync();
        await connection.SendAsync(request);
        return await connection.ReadStatusAsync();
    }

    private protected string Head(string method, string target, params string[] headers) =>
        $"{method} {target} HTTP/1.1\r\nHost: share.example.org\r\nAuthorization: Bearer {Acme.Token}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n";
}

/// <summary>Tests beside which no others run.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class Alone
{
    public const string Name = "alone";
}
