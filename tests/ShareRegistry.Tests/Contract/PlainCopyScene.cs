using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Contract;

/// <summary>A share of a service that makes plain copies into a local folder, granted to a recipient.</summary>
public abstract class PlainCopyScene : IAsyncLifetime
{
    private protected string Copies { get; } = Directory.CreateTempSubdirectory("tideway-plain-copies-").FullName;

    private protected RegistryProcess Process { get; private set; } = null!;

    private protected RecipientClient Acme { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Process = await RegistryProcess.StartAsync("--PlainCopies:Folder=" + Copies);
        Acme = await Process.AddRecipientAsync("acme");
        await Process.CreateShareAsync("sales");
        await Process.GrantAsync("sales", Acme);
    }

    public async ValueTask DisposeAsync()
    {
        await Process.DisposeAsync();
        Directory.Delete(Copies, recursive: true);
        GC.SuppressFinalize(this);
    }
}
