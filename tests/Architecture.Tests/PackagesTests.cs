using System.Diagnostics;
using System.IO.Compression;
using System.Xml.Linq;

namespace Tideway.Architecture.Tests;

/// <summary>What others may use on its own is packed so that they can.</summary>
public sealed class PackagesTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("tideway-packages-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("DeltaSharing.Client", "Tideway.DeltaSharing.Protocol")]
    [InlineData("DeltaSharing.Protocol", null)]
    public async Task The_client_and_what_it_needs_are_packages_with_their_docs(string library, string? needs)
    {
        await PackAsync(library);

        var id = "Tideway." + library;
        await using var package = await ZipFile.OpenReadAsync(
            Directory.GetFiles(folder, id + ".*.nupkg").ShouldHaveSingleItem(),
            TestContext.Current.CancellationToken
        );
        var files = package.Entries.Select(entry => entry.FullName).ToList();
        files.ShouldContain($"lib/net10.0/{id}.dll");
        files.ShouldContain($"lib/net10.0/{id}.xml");
        files.ShouldContain("README.md");
        await using var spec = await package.GetEntry(id + ".nuspec")!.OpenAsync(TestContext.Current.CancellationToken);
        var metadata = (await XDocument.LoadAsync(spec, LoadOptions.None, TestContext.Current.CancellationToken)).Root!.Elements().Single();
        Text("license").ShouldBe("Apache-2.0");
        Text("authors").ShouldBe("Tideway");
        Text("description").ShouldNotBeNull().Length.ShouldBeGreaterThan(40);
        var dependencies = metadata.Descendants().Where(element => element.Name.LocalName == "dependency").Select(element => element.Attribute("id")!.Value);
        if (needs is null)
            dependencies.ShouldBeEmpty();
        else
            dependencies.ShouldContain(needs);

        string? Text(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value;
    }

    // What the build of the tests has compiled already.
    private async Task PackAsync(string library)
    {
        var project = Path.Combine(Repository.Root, "libs", library, library + ".csproj");
        var start = new ProcessStartInfo("dotnet", ["pack", project, "-c", "Release", "--no-build", "-o", folder, "-nodeReuse:false"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
        };
        using var pack = Process.Start(start)!;
        var output = await pack.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await pack.WaitForExitAsync(TestContext.Current.CancellationToken);
        pack.ExitCode.ShouldBe(0, output);
    }
}
