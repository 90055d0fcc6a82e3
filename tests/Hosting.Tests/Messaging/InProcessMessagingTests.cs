using Tideway.Hosting.Tests.Hosts;

namespace Tideway.Hosting.Tests.Messaging;

public sealed class InProcessMessagingTests : MessagingContract
{
    private readonly string folder = TestProcess.NewFolder();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    protected override Task<string[]> SettingsAsync() => Task.FromResult<string[]>(["--Database:Folder=" + folder]);
}
