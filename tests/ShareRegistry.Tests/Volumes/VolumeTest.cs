using System.Net;
using Tideway.ShareRegistry.Tests.Hosts;

namespace Tideway.ShareRegistry.Tests.Volumes;

/// <summary>A service with one recipient that is granted the share <c>sales</c>, and folders that tests share from it.</summary>
public abstract class VolumeTest : IAsyncLifetime
{
    private protected const string Docs = "/delta-sharing/shares/sales/schemas/docs/volumes";
    private protected const string Manuals = Docs + "/manuals";

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

    /// <summary>Writes a file below the storage root <c>lake</c>.</summary>
    private protected string Write(string path, string content = "content")
    {
        var file = Path.Combine(Process.Lake, path);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
        return file;
    }

    private protected string Folder(string name) => Directory.CreateDirectory(Path.Combine(Process.Lake, name)).FullName;

    private protected Task<Answer> AddAsync(string name, string location, string share = "sales") =>
        Process.UpdateTablesAsync(
            share,
            "ADD",
            new
            {
                name,
                data_object_type = "VOLUME",
                storage_location = location,
            }
        );

    /// <summary>Shares a folder as <c>sales.docs.manuals</c>.</summary>
    private protected async Task ShareManualsAsync(string folder = "manuals") => (await AddAsync("docs.manuals", Folder(folder))).ShouldBe(HttpStatusCode.OK);

    private protected Task<Answer> GetAsync(string path) => Acme.Http.GetAnswerAsync(path);

    private protected async Task<IReadOnlyList<string?>> PathsAsync(string query) =>
        [
            .. (await GetAsync($"{Manuals}/files{query}"))
                .ShouldBe(HttpStatusCode.OK)
                .Json.GetProperty("items")
                .EnumerateArray()
                .Select(item => item.GetProperty("path").GetString()),
        ];
}
