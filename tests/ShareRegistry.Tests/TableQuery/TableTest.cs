using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.TableQuery;

/// <summary>A service with one recipient and shares of tables that tests make.</summary>
public abstract class TableTest : IAsyncLifetime
{
    private protected RegistryProcess Process { get; private set; } = null!;

    private protected RecipientClient Acme { get; private set; } = null!;

    public virtual async ValueTask InitializeAsync()
    {
        Process = await RegistryProcess.StartAsync();
        Acme = await Process.AddRecipientAsync("acme");
        await Process.CreateShareAsync("sales");
        await Process.GrantAsync("sales", Acme);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected LakeTable NewTable(string name, params (string Key, string Value)[] configuration) =>
        LakeTable.Create(Path.Combine(Process.Lake, name), configuration);

    /// <summary>Shares a table as <c>sales.shop.{name}</c> and returns its path in the protocol.</summary>
    private protected async Task<string> ShareAsync(string name, LakeTable table, bool history = true, long? startVersion = 0)
    {
        await Process.ShareTableAsync("sales", "shop." + name, table.Folder, history, startVersion);
        return $"/delta-sharing/shares/sales/schemas/shop/tables/{name}";
    }

    private protected Task<Answer> QueryAsync(string path, object body, params (string Name, string Value)[] headers) =>
        Acme.Http.PostAnswerAsync(path + "/query", body, headers);

    private protected Task<Answer> GetAsync(string path, params (string Name, string Value)[] headers) => Acme.Http.GetAnswerAsync(path, headers);
}
