package io.perennial.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.Media;
import io.perennial.TestSession;
import io.perennial.Warehouse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Opens the pages in a real browser. */
@Tag("system")
class ReportPagesIT {
  private static final Path CHROMIUM = Path.of("/usr/bin/chromium");

  /** Charts whose canvas holds at least three colours besides the transparent one. */
  private static final String DRAWN =
      """
      () => [...document.querySelectorAll('.chart')].map(node => {
        const canvas = node.querySelector('canvas');
        if (!canvas) return node.id + ': no canvas';
        const pixels = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height).data;
        const colours = new Set();
        for (let i = 0; i < pixels.length; i += 4) {
          if (pixels[i + 3] > 200) colours.add(pixels[i] << 16 | pixels[i + 1] << 8 | pixels[i + 2]);
        }
        return colours.size < 3 ? node.id + ': blank' : 'drawn';
      })\
      """;

  @TempDir static Path folder;
  private static Playwright playwright;
  private static Browser browser;
  private static final Map<String, String> PAGES = new LinkedHashMap<>();

  @BeforeAll
  static void writePagesAndStartBrowser() {
    assumeTrue(Files.isExecutable(CHROMIUM), "needs " + CHROMIUM + " to open pages");
    Warehouse warehouse = new Warehouse(folder.toString());
    WarehouseFixture.write(TestSession.get(), warehouse);
    ReportWriter writer = new ReportWriter(TestSession.get(), warehouse);
    PAGES.put("version", writer.writeVersion(WarehouseFixture.CALM, 8));
    PAGES.put("rejected", writer.writeVersion(WarehouseFixture.CALM, 6));
    PAGES.put("history", writer.writeHistory(WarehouseFixture.CALM));
    PAGES.put("hostile version", writer.writeVersion(WarehouseFixture.HOSTILE, 6));
    PAGES.put("hostile history", writer.writeHistory(WarehouseFixture.HOSTILE));
    PAGES.put("absent", writer.writeVersion("nobody", 1));
    PAGES.put("index", writer.writeIndex());
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(CHROMIUM)
                    .setHeadless(true)
                    .setArgs(
                        List.of(
                            "--no-sandbox",
                            "--disable-gpu",
                            "--disable-quic",
                            "--no-first-run",
                            "--disable-background-networking",
                            "--disable-component-update",
                            "--disable-sync")));
  }

  @AfterAll
  static void stopBrowser() {
    if (browser != null) {
      browser.close();
    }
    if (playwright != null) {
      playwright.close();
    }
  }

  private static BrowserContext context(int width, ColorScheme scheme) {
    return browser.newContext(
        new Browser.NewContextOptions().setViewportSize(width, 900).setColorScheme(scheme));
  }

  private static String address(String path) {
    return Path.of(path.replaceFirst("^file:/*", "/")).toUri().toString();
  }

  @Test
  void everyPageOpensOfflineWithoutErrorsAndDrawsItsCharts() {
    for (ColorScheme scheme : List.of(ColorScheme.LIGHT, ColorScheme.DARK)) {
      PAGES.forEach(
          (name, path) -> {
            try (BrowserContext context = context(1280, scheme)) {
              List<String> complaints = new ArrayList<>();
              List<String> requests = new ArrayList<>();
              Page page = context.newPage();
              page.onConsoleMessage(m -> complaints.add(m.type() + ": " + m.text()));
              page.onPageError(complaints::add);
              page.onRequest(r -> requests.add(r.url()));
              page.onDialog(d -> complaints.add("dialog"));
              page.navigate(address(path));

              assertThat(complaints).as("console of %s, %s", name, scheme).isEmpty();
              assertThat(requests).as("requests of %s", name).containsExactly(address(path));
              List<Object> drawn = list(page.evaluate(DRAWN));
              assertThat(drawn).as("charts of %s, %s", name, scheme).allMatch("drawn"::equals);
              assertThat(drawn)
                  .as("charts of %s", name)
                  .hasSize(
                      switch (name) {
                        case "absent", "index" -> 0;
                        default -> 5;
                      });
              keep(page, name + "-" + scheme);
            }
          });
    }
  }

  @Test
  void hostileTextIsShownAndDoesNothing() {
    for (String name : List.of("hostile version", "hostile history", "index")) {
      try (BrowserContext context = context(1280, ColorScheme.LIGHT)) {
        Page page = context.newPage();
        page.navigate(address(PAGES.get(name)));
        page.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)");
        page.locator(".chart").all().forEach(chart -> chart.hover());

        assertThat(page.evaluate("() => window.pwned === undefined")).as(name).isEqualTo(true);
        assertThat(page.locator("img").count()).as(name).isZero();
        assertThat(page.locator("body").innerText()).as(name).contains("</script><img src=x");
      }
    }
  }

  @Test
  void policyRefusesScriptsThatAreNotThePagesOwn() {
    try (BrowserContext context = context(1280, ColorScheme.LIGHT)) {
      Page page = context.newPage();
      page.navigate(address(PAGES.get("version")));
      page.evaluate(
          "() => { const s = document.createElement('script'); s.textContent = 'window.pwned = 3';"
              + " document.body.append(s); document.body.setAttribute('onclick', 'window.pwned ="
              + " 4'); document.body.click(); }");

      assertThat(page.evaluate("() => window.pwned === undefined")).isEqualTo(true);
    }
  }

  @Test
  void nothingIsWiderThanAPhone() {
    PAGES.forEach(
        (name, path) -> {
          try (BrowserContext context = context(390, ColorScheme.LIGHT)) {
            Page page = context.newPage();
            page.navigate(address(path));
            page.evaluate("() => document.querySelectorAll('details').forEach(d => d.open = true)");

            assertThat(page.evaluate("() => document.documentElement.scrollWidth"))
                .as("width of %s", name)
                .isEqualTo(390);
            keep(page, name + "-phone");
          }
        });
  }

  @Test
  void chartsFollowTheWindowAndThePaper() {
    try (BrowserContext context = context(1280, ColorScheme.DARK)) {
      Page page = context.newPage();
      page.navigate(address(PAGES.get("history")));
      String width =
          "() => document.querySelector('.chart canvas').clientWidth"
              + " === document.querySelector('.chart').clientWidth";
      page.setViewportSize(700, 900);
      page.waitForFunction(width);

      assertThat(page.evaluate("() => document.querySelector('.chart').clientWidth < 700"))
          .isEqualTo(true);
      page.emulateMedia(new Page.EmulateMediaOptions().setMedia(Media.PRINT));
      page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))");
      assertThat(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))
          .isEqualTo("rgb(255, 255, 255)");
      assertThat(list(page.evaluate(DRAWN))).allMatch("drawn"::equals);
    }
  }

  @Test
  void pagesHaveOneFirstHeadingNamedChartsAndCaptions() {
    PAGES.forEach(
        (name, path) -> {
          try (BrowserContext context = context(1280, ColorScheme.LIGHT)) {
            Page page = context.newPage();
            page.navigate(address(path));

            assertThat(page.locator("h1").count()).as(name).isEqualTo(1);
            assertThat(page.locator("[role=img]:not([aria-label])").count()).as(name).isZero();
            assertThat(
                    page.evaluate(
                        "() => [...document.querySelectorAll('table')].every(t => t.caption &&"
                            + " t.caption.innerText !== null && t.querySelector('th[scope=col]'))"))
                .as(name)
                .isEqualTo(true);
            assertThat(
                    page.evaluate(
                        "() => { const ids = [...document.querySelectorAll('[id]')].map(n => n.id);"
                            + " return new Set(ids).size === ids.length; }"))
                .as("ids of %s", name)
                .isEqualTo(true);
          }
        });
  }

  /** Keeps a picture for people, where a folder is named. */
  private static void keep(Page page, String name) {
    String pictures = System.getProperty("perennial.report.pictures");
    if (pictures != null) {
      page.screenshot(
          new Page.ScreenshotOptions()
              .setFullPage(true)
              .setPath(Path.of(pictures, name.replace(' ', '-') + ".png")));
    }
  }

  @SuppressWarnings("unchecked")
  private static List<Object> list(Object value) {
    return (List<Object>) value;
  }
}
