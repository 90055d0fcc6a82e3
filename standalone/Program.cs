using Tideway.Audit;
using Tideway.CdfPublisher;
using Tideway.Contracts;
using Tideway.Hosting.Startup;
using Tideway.Hosting.Web;
using Tideway.InboundSync;
using Tideway.RecipientAuth;
using Tideway.RecipientAuth.Principals;
using Tideway.ShareRegistry;
using Tideway.Standalone;
using Tideway.Standalone.Folder;

if (args.Any(argument => argument is "--help" or "-h"))
{
    Console.WriteLine(CommandLine.Help);
    return 0;
}

if (CommandLine.Complaint(args) is { } complaint)
    return ProcessExit.Report(ProcessExit.SettingIsWrong, $"{complaint} --help lists the options.");

try
{
    return await ProcessExit.OfAsync(async () =>
    {
        var builder = TidewayHost.CreateBuilder([], "standalone", EventRouting.All);
        builder.Configuration.AddCommandLine(args, CommandLine.Switches);
        var options = builder.Configuration.GetSection(StandaloneOptions.Section).Get<StandaloneOptions>() ?? new StandaloneOptions();
        using var folder = OrganisationFolder.Take(options.Folder);
        builder.Configuration.Sources.Insert(
            0,
            new Microsoft.Extensions.Configuration.Memory.MemoryConfigurationSource { InitialData = StandaloneSettings.Of(folder, options) }
        );
        builder.WebHost.UseUrls(options.Listen.GetLeftPart(UriPartial.Authority));

        builder.AddRecipientAuth();
        builder.AddShareRegistry();
        builder.AddCdfPublisher();
        builder.AddInboundSync();
        builder.AddAudit();

        var app = builder.Build();
        app.UseTideway();
        app.MapRecipientAuth();
        app.MapShareRegistry();
        app.MapCdfPublisher();
        app.MapInboundSync();
        app.MapAudit();

        await app.StartAsync();
        Welcome.Print(
            Console.Out,
            app.Urls,
            folder.Path,
            await app.Services.GetRequiredService<FirstAdministrator>().EnsureAsync(app.Lifetime.ApplicationStopping)
        );
        await app.WaitForShutdownAsync();
    });
}
catch (FolderInUseException exception)
{
    return ProcessExit.Report(3, exception.Message);
}
